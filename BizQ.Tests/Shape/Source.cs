using BizQ.Tests.Kit;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BizQ.Tests.Shape;

/// <summary>One file of the repository: its path from the root with forward slashes, and its text.</summary>
public sealed class Source(string path, string text)
{
    private static readonly string[] Kinds = [".cs", ".razor", ".css", ".js", ".csproj"];
    private static readonly Lazy<Source[]> OfRepository = new(() => [.. Read()]);
    private readonly Lazy<CompilationUnitSyntax> _syntax = new(() => CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot());

    /// <summary>Every source file a person wrote: nothing generated, no migrations.</summary>
    public static IReadOnlyList<Source> All => OfRepository.Value;

    public string Path => path;

    public string Text => text;

    public string Name => path[(path.LastIndexOf('/') + 1)..];

    public string Folder => path[..Math.Max(0, path.LastIndexOf('/'))];

    public bool IsCSharp => path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsRazor => path.EndsWith(".razor", StringComparison.Ordinal);

    public bool IsTest => On("BizQ.Tests");

    public int Lines => text.TrimEnd('\n').Count(c => c == '\n') + 1;

    /// <summary>The parsed file; only of C#.</summary>
    public CompilationUnitSyntax Syntax => _syntax.Value;

    public IEnumerable<T> Nodes<T>() => IsCSharp ? Syntax.DescendantNodes().OfType<T>() : [];

    /// <summary>Does it stand on this floor, or in this room ("BizQ.Agents/Cluster")?</summary>
    public bool On(string place) => path.StartsWith(place + "/", StringComparison.Ordinal);

    public string At(int line) => $"{path}:{line}";

    private static IEnumerable<Source> Read() =>
        from floor in Directory.GetDirectories(Repository.Root, "BizQ.*")
        from file in Directory.EnumerateFiles(floor, "*", SearchOption.AllDirectories)
        let path = System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
        where Kinds.Contains(System.IO.Path.GetExtension(path)) && !path.Split('/').Any(part => part is "obj" or "bin" or "Migrations" or "lib" or "node_modules")
        orderby path
        select new Source(path, File.ReadAllText(file));
}
