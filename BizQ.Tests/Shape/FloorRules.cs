using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static BizQ.Tests.Shape.Rule;

namespace BizQ.Tests.Shape;

/// <summary>Dependencies run Web → Agents → Core, and each large part ends in one room.</summary>
internal static partial class FloorRules
{
    // Identity's user type is a row of ours; nothing else of ASP.NET belongs to what BizQ knows.
    private const string Stores = "Microsoft.AspNetCore.Identity";

    private static readonly (string Place, string[] Never)[] Floors =
    [
        ("BizQ.Core", ["Microsoft.AspNetCore", "Orleans", "Quartz", "Microsoft.SemanticKernel", "BizQ.Agents", "BizQ.Web"]),
        ("BizQ.Agents", ["BizQ.Web", "MudBlazor", "Microsoft.AspNetCore.Components", "Microsoft.AspNetCore.Mvc"]),
        ("BizQ.Web", ["Orleans", "Quartz", "Microsoft.SemanticKernel"]),
    ];

    private static readonly (string Part, string[] Rooms)[] Ends =
    [
        ("Orleans", ["BizQ.Agents/Cluster"]),
        ("Quartz", ["BizQ.Agents/Schedules"]),
        ("Microsoft.SemanticKernel", ["BizQ.Agents/Models", "BizQ.Agents/Prompts"]),
    ];

    // Sign-in is Identity's, and it wants a store; the health check and the command "migrate" are about the store itself.
    private static readonly string[] MayUseTheStore = ["BizQ.Web/Account", "BizQ.Web/Hosting", "BizQ.Web/Commands"];

    public static IEnumerable<Rule> All =>
    [
        new("A floor uses only the floors below it", FloorsBroken,
            File("BizQ.Core/Runs/StartRun.cs", "using Orleans;"),
            File("BizQ.Core/Runs/StartRun.cs", "using Microsoft.AspNetCore.Http;"),
            File("BizQ.Core/Runs/StartRun.cs", "class A { BizQ.Agents.Runtime.RunLoop x; }"),
            File("BizQ.Agents/Nodes/A.cs", "using BizQ.Web.Runs;"),
            File("BizQ.Web/Runs/RunsPage.razor", "@using Orleans.Runtime"),
            File("BizQ.Web/Runs/RunsPage.razor", "@inject Quartz.IScheduler Scheduler")),
        new("A project refers only to the floors below it", ProjectsBroken,
            File("BizQ.Core/BizQ.Core.csproj", "<ProjectReference Include=\"../BizQ.Agents/BizQ.Agents.csproj\" />"),
            File("BizQ.Core/BizQ.Core.csproj", "<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />"),
            File("BizQ.Agents/BizQ.Agents.csproj", "<ProjectReference Include=\"../BizQ.Web/BizQ.Web.csproj\" />"),
            File("BizQ.Web/BizQ.Web.csproj", "<PackageReference Include=\"Microsoft.Orleans.Sdk\" />")),
        new("Orleans, Quartz and Semantic Kernel end in their own rooms", EndsBroken,
            File("BizQ.Agents/Runtime/RunLoop.cs", "using Orleans;"),
            File("BizQ.Agents/Cluster/RunGrain.cs", "using Quartz;")),
        new("A page reaches the store through Core", StoreBroken,
            File("BizQ.Web/Runs/RunCard.razor", "@inject BizQDatabase Database"),
            File("BizQ.Web/Runs/RunsApi.cs", "class A(BizQDb db);")),
    ];

    private static IEnumerable<string> FloorsBroken(IReadOnlyList<Source> sources) =>
        from floor in Floors
        from source in sources
        where source.On(floor.Place) && (source.IsCSharp || source.IsRazor)
        from name in NamesIn(source)
        where floor.Never.Any(never => Within(name, never)) && !Within(name, Stores)
        select $"{source.Path} uses {name}, which {floor.Place} must not know.";

    private static IEnumerable<string> ProjectsBroken(IReadOnlyList<Source> sources) =>
        from floor in Floors
        from source in sources
        where source.Path == $"{floor.Place}/{floor.Place}.csproj"
        from match in ReferenceInProject().Matches(source.Text)
        let name = Path.GetFileName(match.Groups[1].Value).Replace("Microsoft.Orleans", "Orleans", StringComparison.Ordinal)
        where floor.Never.Any(never => Within(name, never))
        select $"{source.Path} refers to {name}, which {floor.Place} must not know.";

    private static IEnumerable<string> EndsBroken(IReadOnlyList<Source> sources) =>
        from end in Ends
        from source in sources
        where source.IsCSharp && source.On("BizQ.Agents") && !end.Rooms.Any(source.On)
        from name in NamesIn(source)
        where Within(name, end.Part)
        select $"{source.Path} uses {name}, which ends in {string.Join(" and ", end.Rooms)}.";

    private static IEnumerable<string> StoreBroken(IReadOnlyList<Source> sources) =>
        from source in sources
        where source.On("BizQ.Web") && source.Name != "Program.cs" && !MayUseTheStore.Any(source.On)
        where Store().IsMatch(source.Text)
        select $"{source.Path} touches the store: ask a class of BizQ.Core.";

    /// <summary>Every dotted name and using of a file, comments and texts left out.</summary>
    private static IEnumerable<string> NamesIn(Source source) => source.IsCSharp
        ? source.Nodes<UsingDirectiveSyntax>().Select(u => u.NamespaceOrType.ToString())
            .Concat(source.Nodes<SyntaxNode>().Where(IsWholeName).Select(n => n.ToString()))
            .Distinct()
        : DottedName().Matches(source.Text).Select(match => match.Value).Distinct();

    private static bool IsWholeName(SyntaxNode node) =>
        node is QualifiedNameSyntax or MemberAccessExpressionSyntax && node.Parent is not (QualifiedNameSyntax or MemberAccessExpressionSyntax or UsingDirectiveSyntax);

    private static bool Within(string name, string space) =>
        name == space || name.StartsWith(space + ".", StringComparison.Ordinal) || name.StartsWith($"global::{space}.", StringComparison.Ordinal);

    [GeneratedRegex(@"\b[A-Z]\w*(\.[A-Z]\w*)+\b")]
    private static partial Regex DottedName();

    [GeneratedRegex("(?:Package|Project|Framework)Reference Include=\"([^\"]+)\"")]
    private static partial Regex ReferenceInProject();

    [GeneratedRegex(@"\b(BizQDb|BizQDatabase|DbContext|DbSet)\b")]
    private static partial Regex Store();
}
