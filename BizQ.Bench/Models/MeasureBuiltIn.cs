using System.Diagnostics;
using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Agents.Models.BuiltIn;
using BizQ.Agents.Models.BuiltIn.Classifying;
using BizQ.Core.Context;

namespace BizQ.Bench.Models;

/// <summary>What the built-in model costs an agent: learning its labels once, then each mail; with the labels of a usual desk.</summary>
internal sealed class MeasureBuiltIn : Benchmark
{
    private static readonly (string Name, string[] Texts)[] s_desk =
    [
        ("shipping", ["Where is my order?", "My parcel has not arrived yet", "When will it be delivered?", "The tracking has not changed for days", "Has my package been sent?", "It says delivered but I have nothing"]),
        ("refund", ["I want my money back", "Please refund my order", "I sent it back, when do I get the money?", "Cancel it and reimburse me", "How do I return the boots?", "You charged me twice"]),
        ("product", ["Is the tent waterproof?", "Which size fits me?", "Does the stove work with your gas cans?", "Is the jacket warm enough for winter?", "What does the rucksack weigh?", "Do you have it in blue?"]),
        ("damage", ["The zip is broken", "It arrived damaged", "The sole came off after a week", "There is a hole in the tent", "The lamp does not work", "One pole is missing"]),
        ("change", ["Please change my address", "I ordered the wrong size", "Can you send it to my office instead?", "Add a second one to my order", "I want to cancel my order", "Deliver it next week please"]),
        ("other", ["Do you sell gift cards?", "I would like to work for you", "Your newsletter is nice", "Are you open on Saturday?", "We would like to be your supplier", "Where is your shop?"]),
    ];

    private const string Mail =
        """
        Hello,

        I hope you are well. Two weeks ago I ordered a tent and two sleeping bags for our trip to the mountains, the order number is
        A-20417. You wrote that it would take three working days, and I was looking forward to it very much, since we leave on Friday.

        So far nothing has come. The tracking page still says that the parcel is being prepared. Could you please look where it is,
        and tell me whether it will be here in time? If not I would rather have something else sent, or buy the tent in a shop here.

        Thank you for your help and best regards
        Ada Winter
        """;

    public override string Name => "built-in";

    public override string About => "what the built-in model costs: learning a desk's labels, then each mail";

    public override async Task Run(Measuring measuring, CancellationToken cancel)
    {
        IReadOnlyList<LabelExample> labels = [.. s_desk.Select(label => new LabelExample(label.Name, null, label.Texts))];
        var classify = new ClassifyText();
        measuring.Figure("classify.first_ms", await Time(() => classify.Run(Mail, labels, cancel)), "ms", "the first mail of a process: learning, and code run for the first time");
        measuring.Figure("classify.learn_ms", await Median(measuring.Quick ? 5 : 25, n => Task.FromResult(Classifier.Train([.. labels, new LabelExample($"label {n}", null, ["Something else"])]))), "ms", "learning 6 labels of 6 examples, once for an agent's version");
        measuring.Figure("classify.mail_ms", await Median(measuring.Quick ? 100 : 1000, n => classify.Run(Mail + n, labels, cancel)), "ms", "a mail of some 800 letters, labels known");
        measuring.Figure("classify.most_ms", await MostLabels(classify, measuring.Quick ? 5 : 50, cancel), "ms", "the same mail with 77 labels of 80 examples, about the most that fits into an agent");
        await Others(measuring, measuring.Quick ? 50 : 500, cancel);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var kept = Classifier.Train(labels);
        measuring.Figure("classify.kept_kb", (GC.GetTotalMemory(forceFullCollection: true) - before) / 1024.0, "kB", "memory of one learned classifier");
        GC.KeepAlive(kept);
        measuring.Figure("classify.most_kb", Classifier.Train(Most()).Bytes / 1024.0, "kB", "reckoned memory of the one with 77 labels of 80 examples");
    }

    private static async Task<double> MostLabels(ClassifyText classify, int count, CancellationToken cancel)
    {
        var labels = Most();
        await classify.Run(Mail, labels, cancel);
        return await Median(count, n => classify.Run(Mail + n, labels, cancel));
    }

    private static IReadOnlyList<LabelExample> Most() => [.. Enumerable.Range(0, 77).Select(label => new LabelExample($"label {label}", null,
        [.. Enumerable.Range(0, 80).Select(example => $"{s_desk[label % 6].Texts[example % 6]} It is about matter {label} and case {example}.")]))];

    private static async Task Others(Measuring measuring, int count, CancellationToken cancel)
    {
        var extract = new ExtractFields(TimeProvider.System);
        var schema = JsonElement.Parse("""{"type":"object","properties":{"orderNumber":{"type":"string"},"date":{"type":"string","format":"date"},"amount":{"type":"number"},"email":{"type":"string","format":"email"},"phone":{"type":"string"}}}""");
        var answer = new AnswerFromEvidence();
        var passages = Enumerable.Range(0, 8).Select(n => new Evidence("passage", null, "policy", $"Policy {n}", "policies.md", DateTimeOffset.UnixEpoch, 1, Mail)).ToList();
        var draft = new DraftText();
        var values = JsonElement.Parse("""{"name":"Ada","order":{"number":"A-20417","items":["Tent","Sleeping bag"]}}""");
        const string template = "Hello {{ name }},\n\nthank you for your mail about {{ order.number }}.\n{% for item in order.items %}- {{ item }}\n{% endfor %}\n{% if order.late %}It is late.{% endif %}\nRegards";
        measuring.Figure("extract.mail_ms", await Median(count, n => Task.FromResult(extract.Run(Mail + n, schema, cancel))), "ms", "five fields from the mail");
        measuring.Figure("answer.ms", await Median(count, n => Task.FromResult(answer.Run("Where is my order and will it be here by Friday?", passages, cancel))), "ms", "from eight passages of some 800 letters");
        measuring.Figure("draft.ms", await Median(count, n => Task.FromResult(draft.Run(template, values, cancel))), "ms");
    }

    private static async Task<double> Median<T>(int count, Func<int, Task<T>> work)
    {
        var times = new List<double>();
        for (var n = 0; n < count; n++)
            times.Add(await Time(() => work(n)));
        times.Sort();
        return times[count / 2];
    }

    private static async Task<double> Time<T>(Func<Task<T>> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
