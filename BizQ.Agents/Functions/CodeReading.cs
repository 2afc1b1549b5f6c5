using Acornima;
using Acornima.Ast;

namespace BizQ.Agents.Functions;

/// <summary>What can be told of a function's code without running it: whether it is JavaScript, and has a function <c>run</c>.</summary>
internal static class CodeReading
{
    /// <summary>Null when nothing is wrong. Only parsed, in this process; nothing of it is computed.</summary>
    public static FunctionAnswer.Failed? ProblemOf(string code)
    {
        if (code.Length > FunctionLimits.LongestCode)
            return new FunctionAnswer.Failed("functionSyntax", $"The code has {code.Length:N0} characters; {FunctionLimits.LongestCode:N0} are the most.");
        try
        {
            var script = new Parser().ParseScript(code, "function", strict: true);
            if (script.DescendantNodes().OfType<ImportExpression>().FirstOrDefault() is { Location.Start: var import })
                return new FunctionAnswer.Failed("functionSyntax", "The code imports something, but there is nothing to import here.", import.Line, import.Column + 1);
            return script.Body.Any(DeclaresRun) ? null : NoRun;
        }
        catch (ParseErrorException problem)
        {
            return Unreadable(problem);
        }
        catch (InsufficientExecutionStackException)
        {
            return new FunctionAnswer.Failed("functionSyntax", "The code is nested too deeply.");
        }
    }

    public static FunctionAnswer.Failed NoRun { get; } = new("functionSyntax", "The code has no function called run. Write function run(input) { return … }.");

    public static FunctionAnswer.Failed Unreadable(ParseErrorException problem) =>
        new("functionSyntax", $"The code is not valid JavaScript: {problem.Description.TrimEnd('.')}.", problem.LineNumber, problem.Column + 1);

    private static bool DeclaresRun(Statement statement) => statement switch
    {
        FunctionDeclaration function => function.Id?.Name == "run",
        VariableDeclaration variables => variables.Declarations.Any(d => d.Id is Identifier { Name: "run" }),
        _ => false,
    };
}
