using System;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Threading;
using JkFleet.Agent.Store;
using JkFleet.Agent.Update;
using JkFleet.Board;
using JkFleet.Contracts;

namespace JkFleet.Boot
{
    /// <summary>
    /// The launcher: flashed once by cable, never updated over the air, so it does next to nothing. It asks <see cref="BootPlan"/>
    /// for a slot, loads the assemblies that lie there one after the other, and calls the agent's Start.
    /// </summary>
    public static class Program
    {
        private const string AppType = "JkFleet.Agent.Esp32.App";
        private const string AppMethod = "Start";
        private const int RecordBytes = 512;

        /// <summary>Entry of the deployment.</summary>
        public static void Main()
        {
            if (!Board.Board.HasPsram()) Console.WriteLine("JkFleet: this board has no PSRAM. It will run out of memory: device/README.md, Memory.");
            BootPlan plan = new BootPlan(new TwoCopyStore(new FlashStore(), RecordBytes));
            int slot = plan.Choose();
            while (slot != BootRecord.None && !TryStart(slot))
            {
                plan.LoadFailed();
                slot = plan.Choose();
            }

            if (slot == BootRecord.None) Console.WriteLine("JkFleet: no slot can be started. Write one by cable: device/README.md, Recovery.");
            // The deployment must not end: threads of the agent would end with it.
            Thread.Sleep(Timeout.Infinite);
        }

        private static bool TryStart(int slot)
        {
            try
            {
                Assembly? app = Load(FlashSlots.PathOf(slot));
                MethodInfo? start = app == null ? null : app.GetType(AppType).GetMethod(AppMethod);
                if (start == null) return false;
                start.Invoke(null, null);
                return true;
            }
            catch (Exception e)
            {
                Console.WriteLine("JkFleet: slot " + slot.ToString() + ": " + e.Message);
                return false;
            }
        }

        // The last assembly of a bundle is the agent itself; what it needs stands before it.
        private static Assembly? Load(string path)
        {
            if (!File.Exists(path)) return null;
            byte[] bundle = File.ReadAllBytes(path);
            // A load right after reading from flash has been seen to fail (nanoFramework/Home#968): let the file system settle.
            Thread.Sleep(20);
            NanoImage image = new NanoImage();
            if (!image.TryRead(bundle, bundle.Length)) return null;
            Assembly? last = null;
            int at = 0;
            for (int i = 0; i < image.Count; i++)
            {
                if (image.Count == 1)
                {
                    last = Assembly.Load(bundle);
                }
                else
                {
                    byte[] one = new byte[image.Sizes[i]];
                    Array.Copy(bundle, at, one, 0, one.Length);
                    last = Assembly.Load(one);
                }

                at += (image.Sizes[i] + 3) & ~3;
            }

            return last;
        }
    }
}
