namespace BizQ.Core.Context;

/// <summary>The interviews that come with BizQ.</summary>
public static class InterviewTemplates
{
    private const string Resource = "context/interviews.json";

    public static IReadOnlyList<InterviewTemplate> BuiltIn { get; } = Load();

    private static List<InterviewTemplate> Load()
    {
        using var file = typeof(InterviewTemplates).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"This build has no {Resource}.");
        using var reader = new StreamReader(file);
        return Json.Read<List<InterviewTemplate>>(reader.ReadToEnd())!;
    }
}
