using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static BizQ.Tests.Shape.Rule;

namespace BizQ.Tests.Shape;

/// <summary>The "never" column of STYLE.md.</summary>
internal static partial class SizeRules
{
    private const int CSharpLines = 400;
    private const int RazorLines = 250;
    private const int TestLines = 600;
    private const int MethodLines = 80;
    private const int Injected = 8;
    private const int FolderFiles = 20;
    private const int PublicTypes = 5;
    private const int ProgramLines = 80;

    private static readonly string[] BannedFolders =
    [
        "Services", "Helpers", "Helper", "Utils", "Utilities", "Common", "Managers", "Extensions", "Interfaces", "Shared", "Misc",
        "Dtos", "Repositories", "Handlers", "Enums", "Constants", "Components", "Controllers", "ViewModels",
    ];

    public static IEnumerable<Rule> All =>
    [
        new("A file has one reason to be opened, and few enough lines", FilesBroken,
            File("BizQ.Core/Runs/Long.cs", Lines(401)),
            File("BizQ.Web/Runs/Long.razor", Lines(251)),
            File("BizQ.Tests/Runs/Long.cs", Lines(601))),
        new("A method can be seen at once", MethodsBroken,
            File("BizQ.Core/Runs/A.cs", $"class A {{ void Run()\n{{\n{Lines(80, "X();")}\n}} }}")),
        new("A class asks for few things", InjectedBroken,
            File("BizQ.Core/Runs/A.cs", "class A(int a, int b, int c, int d, int e, int f, int g, int h, int i);"),
            File("BizQ.Core/Runs/A.cs", "class A { A(int a, int b, int c, int d, int e, int f, int g, int h, int i) { } }"),
            File("BizQ.Web/Runs/APage.razor", Lines(9, "@inject A B"))),
        new("A folder can be seen at once", FoldersBroken, [.. Enumerable.Range(0, 21).Select(n => new Source($"BizQ.Core/Runs/F{n}.cs", ""))]),
        new("A folder is named for what is in it, not for a kind of thing", FolderNamesBroken, File("BizQ.Core/Runs/Helpers/A.cs", "")),
        new("A file holds one thing and its satellites", TypesBroken,
            File("BizQ.Core/Runs/A.cs", "public enum A; public enum B; public enum C; public enum D; public record E; public class F;")),
        new("Program.cs is a table of contents", ProgramBroken, File("BizQ.Web/Program.cs", Lines(80))),
    ];

    private static IEnumerable<string> FilesBroken(IReadOnlyList<Source> sources) =>
        from source in sources
        where source.IsCSharp || source.IsRazor
        let most = source.IsTest ? TestLines : source.IsRazor ? RazorLines : CSharpLines
        where source.Lines > most
        select $"{source.Path} has {source.Lines} lines, more than {most}.";

    private static IEnumerable<string> MethodsBroken(IReadOnlyList<Source> sources) =>
        from source in sources
        from method in source.Nodes<SyntaxNode>()
        where method is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let span = method.GetLocation().GetLineSpan()
        let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
        where lines > MethodLines
        select $"{source.At(span.StartLinePosition.Line + 1)} is a method of {lines} lines, more than {MethodLines}.";

    private static IEnumerable<string> InjectedBroken(IReadOnlyList<Source> sources) =>
        (from source in sources
         from type in source.Nodes<ClassDeclarationSyntax>()
         let most = type.Members.OfType<ConstructorDeclarationSyntax>().Select(c => c.ParameterList.Parameters.Count)
             .Append(type.ParameterList?.Parameters.Count ?? 0).Max()
         where most > Injected
         select $"{source.Path}: {type.Identifier} asks for {most} things, more than {Injected}.")
        .Concat(
            from source in sources
            where source.IsRazor
            let count = Inject().Count(source.Text)
            where count > Injected
            select $"{source.Path} injects {count} things, more than {Injected}.");

    private static IEnumerable<string> FoldersBroken(IReadOnlyList<Source> sources) =>
        from source in sources
        where source.IsCSharp || source.IsRazor
        group source by source.Folder into folder
        where folder.Count() > FolderFiles
        select $"{folder.Key} holds {folder.Count()} files, more than {FolderFiles}: it wants a sub-room.";

    private static IEnumerable<string> FolderNamesBroken(IReadOnlyList<Source> sources) =>
        from folder in sources.Select(source => source.Folder).Distinct()
        let banned = folder.Split('/').Intersect(BannedFolders, StringComparer.OrdinalIgnoreCase).FirstOrDefault()
        where banned is not null
        select $"{folder}: {banned} names a kind of thing, not what is in it.";

    private static IEnumerable<string> TypesBroken(IReadOnlyList<Source> sources) =>
        from source in sources
        where source.IsCSharp && !source.IsTest
        let count = source.Nodes<BaseTypeDeclarationSyntax>().Count(type =>
            type.Parent is not TypeDeclarationSyntax && type.Modifiers.Any(SyntaxKind.PublicKeyword))
        where count > PublicTypes
        select $"{source.Path} holds {count} public types, more than {PublicTypes}.";

    private static IEnumerable<string> ProgramBroken(IReadOnlyList<Source> sources) =>
        from source in sources
        where source.Name == "Program.cs" && source.Lines >= ProgramLines
        select $"{source.Path} has {source.Lines} lines, not fewer than {ProgramLines}.";

    [GeneratedRegex("^@inject ", RegexOptions.Multiline)]
    private static partial Regex Inject();
}
