using System.Reflection;

namespace BizQ.Agents.Functions.Worker;

/// <summary>Loads everything some code may ever need: once a worker's walls stand, no file can be opened.</summary>
internal static class Assemblies
{
    public static void LoadAll(params IEnumerable<Assembly> assemblies) => LoadAll(assemblies.SelectMany(assembly => assembly.GetReferencedAssemblies()));

    public static void LoadAll(IEnumerable<AssemblyName> names) => LoadAll(names, []);

    private static void LoadAll(IEnumerable<AssemblyName> names, HashSet<string> seen)
    {
        foreach (var name in names.Where(name => seen.Add(name.Name!)))
        {
            try
            {
                LoadAll(Assembly.Load(name).GetReferencedAssemblies(), seen);
            }
            catch (FileNotFoundException)
            {
                // Not shipped, because nothing of ours reaches the code that would need it.
            }
        }
    }
}
