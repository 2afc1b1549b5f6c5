namespace BizQ.Bench;

/// <summary><c>bench [NAME] [--quick] [--largest] [--json FILE] [--record]</c> and <c>eval KIND --data DIR [--json FILE]</c>.</summary>
internal static class BenchCommand
{
    private static async Task<int> Main(string[] args)
    {
        using var cancel = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            cancel.Cancel();
        };
        if (args is not [("bench" or "eval") and var verb, .. var rest] || !Arguments.TryRead(rest, out var given))
            return Usage("", []);
        var all = Find(verb == "bench" ? typeof(Benchmark) : typeof(Evaluation));
        var wanted = given.Name is null && verb == "bench" ? all : [.. all.Where(measure => measure.Name == given.Name)];
        if (wanted.Count == 0)
            return Usage(given.Name is null ? $"{verb} what?" : $"There is no {verb} '{given.Name}'.", all);
        return await Run(wanted, given, cancel.Token);
    }

    private static async Task<int> Run(IReadOnlyList<Measure> wanted, Arguments given, CancellationToken cancel)
    {
        var measuring = new Measuring(given.Data, given.Quick, given.Largest);
        try
        {
            foreach (var measure in wanted)
            {
                measuring.Progress($"{measure.Name}: {measure.About}");
                await measure.Run(measuring, cancel);
            }
            measuring.Print(Console.Out);
            if (given.Json is not null)
                await Report.Write(given.Json, measuring, cancel);
            if (given.Record)
                await Report.Record("docs/benchmarks.md", measuring, cancel);
            return 0;
        }
        catch (Exception e) when (e is CouldNotRunException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped.");
            return 1;
        }
    }

    private static List<Measure> Find(Type sort) =>
        [.. typeof(BenchCommand).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(sort))
            .Select(type => (Measure)Activator.CreateInstance(type)!).OrderBy(measure => measure.Name, StringComparer.Ordinal)];

    private static int Usage(string problem, IReadOnlyList<Measure> choices)
    {
        if (problem.Length > 0)
            Console.Error.WriteLine(problem);
        Console.Error.WriteLine("usage: ./dev bench [NAME] [--quick] [--largest] [--json FILE] [--record]");
        Console.Error.WriteLine("       ./dev eval KIND --data DIR [--quick] [--json FILE]");
        foreach (var choice in choices)
            Console.Error.WriteLine($"  {choice.Name,-12} {choice.About}");
        return 2;
    }
}
