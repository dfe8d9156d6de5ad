using System;
using System.Collections;
using System.Device.Gpio;
using System.Device.I2c;
using System.Device.Spi;
using System.Device.Wifi;
using System.IO;
using System.IO.Ports;
using System.Net;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using JkFleet.Agent.Update;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Crypto;
using JkFleet.Inverter;
using JkFleet.Limits;
using nanoFramework.Hardware.Esp32;
using nanoFramework.M2Mqtt;
using nanoFramework.M2Mqtt.Messages;
using nanoFramework.Networking;
using nanoFramework.Runtime.Events;
using nanoFramework.Runtime.Native;

namespace JkFleet.Board
{
    /// <summary>
    /// What this board was flashed with, so that a build that needs something else is refused before it is loaded: a module whose
    /// references do not resolve only says "Link failure" at its first call.
    /// </summary>
    public static class Deployment
    {
        /// <summary>Writes names and versions of all assemblies here into a target.</summary>
        /// <param name="target">Receives them.</param>
        public static void Describe(FirmwareTarget target)
        {
            Type[] types = OnePerAssembly();
            string[] names = new string[types.Length];
            long[] versions = new long[types.Length];
            for (int i = 0; i < types.Length; i++)
            {
                AssemblyName name = types[i].Assembly.GetName();
                names[i] = name.Name;
                Version v = name.Version;
                versions[i] = ((long)v.Major << 48) | ((long)v.Minor << 32) | ((long)v.Build << 16) | (long)v.Revision;
            }

            target.AssemblyNames = names;
            target.AssemblyVersions = versions;
        }

        private static Type[] OnePerAssembly()
        {
            return new Type[]
            {
                typeof(object), typeof(Math), typeof(StringBuilder), typeof(Hashtable), typeof(CancellationTokenSource),
                typeof(Stream), typeof(FileStream), typeof(SerialPort), typeof(GpioPin), typeof(SpiDevice), typeof(I2cDevice),
                typeof(X509Certificate), typeof(HttpWebRequest), typeof(WifiReconnectionKind), typeof(Sntp),
                typeof(Power), typeof(BaseEvent), typeof(Configuration), typeof(MqttQoSLevel), typeof(MqttClient),
                typeof(BmsSnapshot), typeof(ChargeLimits), typeof(IInverterProtocol), typeof(Sha256), typeof(Topics), typeof(BootRecord), typeof(JkFleet.Agent.Portal.PortalWindow),
                typeof(Deployment),
            };
        }
    }
}
