namespace BizQ.Tests.Kit;

/// <summary>The repository these tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A path in the folder of data that lies beside the repository.</summary>
    public static string Shared(params string[] parts) => Path.Combine([Beside(Root), .. parts]);

    private static string Beside(string folder) => Path.GetDirectoryName(folder) is not { } parent
        ? throw new InvalidOperationException("The folder 'shared' must lie beside the repository.")
        : Directory.Exists(Path.Combine(parent, "shared", "data")) ? Path.Combine(parent, "shared") : Beside(parent);

    private static string Find(string folder) => System.IO.File.Exists(Path.Combine(folder, "BizQ.sln"))
        ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests must run inside the repository they were built from."));
}
