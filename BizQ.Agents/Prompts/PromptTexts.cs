using System.Collections.Concurrent;
using Microsoft.SemanticKernel;

namespace BizQ.Agents.Prompts;

/// <summary>
/// The prompts, each a text file beside this one in Semantic Kernel's template language. A value is put in as it is and never
/// read as a template itself; what comes from outside must have gone through <see cref="Fence"/> before.
/// </summary>
public sealed class PromptTexts
{
    private static readonly KernelPromptTemplateFactory s_factory = new() { AllowDangerouslySetContent = true };

    private readonly ConcurrentDictionary<string, IPromptTemplate> _templates = new(StringComparer.Ordinal);
    // Without functions: a prompt that calls anything would be a way around the ledger of effects.
    private readonly Kernel _kernel = new();

    public async Task<string> Fill(string name, IReadOnlyDictionary<string, string> values, CancellationToken cancel)
    {
        var template = _templates.GetOrAdd(name, Read);
        var arguments = new KernelArguments();
        foreach (var (key, value) in values)
            arguments[key] = value;
        return (await template.RenderAsync(_kernel, arguments, cancel)).ReplaceLineEndings("\n").Trim();
    }

    private static IPromptTemplate Read(string name)
    {
        using var reader = new StreamReader(typeof(PromptTexts).Assembly.GetManifestResourceStream($"prompts/{name}.txt")!);
        return s_factory.Create(new PromptTemplateConfig(reader.ReadToEnd()) { AllowDangerouslySetContent = true });
    }
}
