using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static BizQ.Tests.Shape.Rule;

namespace BizQ.Tests.Shape;

/// <summary>Sealed classes, few interfaces, and operations that ask who asks.</summary>
internal static class TypeRules
{
    // How a reader recognises an interface that stands for something outside: its comment says so.
    private const string Outside = "outside";

    // Operations without an actor, and why.
    private static readonly Dictionary<string, string> NeedNoActor = new()
    {
        ["MigrateDatabase"] = "runs before anybody can be there",
        ["SetUpBusiness"] = "makes the first actor",
        ["CheckPassword"] = "finds out who the actor is",
        ["ChangePassword"] = "a person's own, in no workspace; the current password is the permission",
        ["FindSeat"] = "finds out who the actor is",
        ["UseKey"] = "finds out who the actor is",
        ["ReceiveHook"] = "finds out who the sender is",
        ["InboxPickup"] = "serves every workspace, as the system",
        ["JudgeEffect"] = "asked by the run loop and by operations that have asked already",
        ["LookAgain"] = "asked by the run loop and by operations that have asked already",
    };

    public static IEnumerable<Rule> All =>
    [
        new("A class is sealed unless something here derives from it", SealedBroken, File("BizQ.Core/Runs/A.cs", "public class A;")),
        new("An interface has two implementations or stands for something outside", InterfacesBroken,
            File("BizQ.Core/Runs/IA.cs", "/// <summary>For later.</summary>\npublic interface IA; public sealed class A : IA;")),
        new("An operation of Core asks who asks", ActorBroken,
            File("BizQ.Core/Runs/StopRun.cs", "public sealed class StopRun { public Task<Outcome<Run>> Run(Guid id) => null; }")),
        new("An operation of Core asks what the actor may do", PermissionBroken,
            File("BizQ.Core/Runs/StopRun.cs", "public sealed class StopRun { public Outcome<Run> Run(Actor actor, Guid id) { return Stop(id); } }")),
    ];

    private static IEnumerable<string> SealedBroken(IReadOnlyList<Source> sources)
    {
        var bases = sources.SelectMany(source => source.Nodes<BaseTypeSyntax>()).Select(type => NameOf(type.Type)).ToHashSet();
        return from source in sources
               from type in source.Nodes<TypeDeclarationSyntax>()
               where type is ClassDeclarationSyntax or RecordDeclarationSyntax { ClassOrStructKeyword.RawKind: not (int)SyntaxKind.StructKeyword }
               where !Has(type, SyntaxKind.SealedKeyword, SyntaxKind.AbstractKeyword, SyntaxKind.StaticKeyword) && !bases.Contains(type.Identifier.Text)
               // The other half of a component or of a generated type says it.
               where !OtherHalfIsElsewhere(type, source, sources)
               select $"{source.At(Line(type))}: {type.Identifier} is not sealed.";
    }

    private static IEnumerable<string> InterfacesBroken(IReadOnlyList<Source> sources)
    {
        var implemented = sources.Where(source => !source.IsTest)
            .SelectMany(source => source.Nodes<TypeDeclarationSyntax>())
            .Where(type => type is not InterfaceDeclarationSyntax)
            .SelectMany(type => type.BaseList?.Types.Select(b => NameOf(b.Type)) ?? [])
            .CountBy(name => name)
            .ToDictionary();
        return from source in sources
               where !source.IsTest
               from type in source.Nodes<InterfaceDeclarationSyntax>()
               let count = implemented.GetValueOrDefault(type.Identifier.Text)
               where count < 2 && !IsGrain(type) && !type.GetLeadingTrivia().ToFullString().Contains(Outside, StringComparison.OrdinalIgnoreCase)
               select $"{source.At(Line(type))}: {type.Identifier} has {count} implementations; make it a class, or say what outside it stands for.";
    }

    private static IEnumerable<string> ActorBroken(IReadOnlyList<Source> sources) =>
        from operation in Operations(sources)
        where operation.Method.ParameterList.Parameters.FirstOrDefault()?.Type?.ToString() != "Actor"
        select $"{operation.Source.At(Line(operation.Method))}: {operation.Type.Identifier}.Run does not take the Actor first.";

    /// <summary>Either it asks itself, or it hands the actor to one that does.</summary>
    private static IEnumerable<string> PermissionBroken(IReadOnlyList<Source> sources) =>
        from operation in Operations(sources)
        let actor = operation.Method.ParameterList.Parameters.FirstOrDefault(p => p.Type?.ToString() == "Actor")
        where actor is not null
        let body = operation.Method.Body?.ToString() ?? operation.Method.ExpressionBody?.ToString() ?? ""
        where !body.Contains("Lacks(", StringComparison.Ordinal) && !body.Contains(".Can(", StringComparison.Ordinal)
            && !operation.Method.DescendantNodes().OfType<ArgumentSyntax>().Any(argument => argument.ToString() == actor.Identifier.Text)
        select $"{operation.Source.At(Line(operation.Method))}: {operation.Type.Identifier}.Run never asks what the actor lacks.";

    private static IEnumerable<(Source Source, ClassDeclarationSyntax Type, MethodDeclarationSyntax Method)> Operations(IReadOnlyList<Source> sources) =>
        from source in sources
        where source.On("BizQ.Core")
        from type in source.Nodes<ClassDeclarationSyntax>()
        where type.Modifiers.Any(SyntaxKind.PublicKeyword) && !NeedNoActor.ContainsKey(type.Identifier.Text)
        from method in type.Members.OfType<MethodDeclarationSyntax>()
        where method.Identifier.Text == "Run" && method.Modifiers.Any(SyntaxKind.PublicKeyword) && !method.Modifiers.Any(SyntaxKind.StaticKeyword)
        select (source, type, method);

    private static bool OtherHalfIsElsewhere(TypeDeclarationSyntax type, Source source, IReadOnlyList<Source> sources) =>
        Has(type, SyntaxKind.PartialKeyword)
        && (source.Path.EndsWith(".razor.cs", StringComparison.Ordinal)
            || sources.Any(other => other != source && other.Nodes<TypeDeclarationSyntax>().Any(half => half.Identifier.Text == type.Identifier.Text && Has(half, SyntaxKind.SealedKeyword, SyntaxKind.StaticKeyword, SyntaxKind.AbstractKeyword))));

    private static bool IsGrain(InterfaceDeclarationSyntax type) =>
        type.BaseList?.Types.Any(b => NameOf(b.Type).StartsWith("IGrain", StringComparison.Ordinal)) == true;

    private static bool Has(TypeDeclarationSyntax type, params SyntaxKind[] kinds) => kinds.Any(kind => type.Modifiers.Any(kind));

    private static string NameOf(TypeSyntax type) => type switch
    {
        QualifiedNameSyntax qualified => NameOf(qualified.Right),
        GenericNameSyntax generic => generic.Identifier.Text,
        SimpleNameSyntax simple => simple.Identifier.Text,
        _ => type.ToString(),
    };

    private static int Line(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}
