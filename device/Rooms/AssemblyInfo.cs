using System.Reflection;

// Loaded builds must agree with the deployment in major and minor: raise them only together with a new deployment by cable.
[assembly: AssemblyTitle("JkFleet agent")]
[assembly: AssemblyCompany("JkFleet")]
[assembly: AssemblyVersion("1.0.0.0")]
