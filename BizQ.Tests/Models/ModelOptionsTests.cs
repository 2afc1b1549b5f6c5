using BizQ.Agents.Models;
using Microsoft.Extensions.Options;

namespace BizQ.Tests.Models;

/// <summary>A setting that cannot work stops the start with a sentence that names it.</summary>
public sealed class ModelOptionsTests
{
    [Theory]
    [InlineData("Name", "my model", "Models:Endpoints:0:Name is \"my model\"")]
    [InlineData("Name", "built-in", "not \"built-in\"")]
    [InlineData("BaseUrl", "api.openai.com", "Needed is an address such as https://api.openai.com/v1")]
    [InlineData("BaseUrl", "http://models.example.com/v1", "must begin with https://")]
    [InlineData("BaseUrl", "https://user:secret@models.example.com/v1", "must hold no user")]
    [InlineData("Model", " ", "Models:Endpoints:0:Model must be")]
    [InlineData("KeyVariable", "sk-proj-123", "the name of an environment variable")]
    [InlineData("KeyVariable", "BIZQ_TESTS_NOT_SET", "BIZQ_TESTS_NOT_SET, which is not set")]
    [InlineData("ApiKey", "sk-123", "Models:Endpoints:0:ApiKey must not stand in the configuration")]
    [InlineData("Timeout", "5", "Models:Endpoints:0:Timeout is not known. Known are Name, BaseUrl")]
    [InlineData("TimeoutSeconds", "0", "from 1 to 600")]
    [InlineData("MaxRetries", "11", "from 0 to 10")]
    [InlineData("MaxOutputTokens", "1", "from 16 to 200000")]
    [InlineData("Temperature", "3", "from 0 to 2")]
    [InlineData("InputPrice", "-1", "from 0 to 10000")]
    public async Task It_is_named_with_what_is_allowed(string key, string value, string sentence)
    {
        await using var model = await ScriptedModel.Start();
        using var desk = ModelDesk.With(model, (key, value));

        var refused = Assert.Throws<OptionsValidationException>(() => desk.Get<IOptions<ModelOptions>>().Value);

        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-123", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_of_one_name_are_refused()
    {
        await using var model = await ScriptedModel.Start();
        using var desk = new ModelDesk(null, [.. ModelDesk.Endpoint(model, "one"), .. ModelDesk.Endpoint(model, "ONE", 1)]);

        Assert.Contains("two are named \"one\"", Assert.Throws<OptionsValidationException>(() => desk.Get<IOptions<ModelOptions>>().Value).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("http://localhost:11434/v1"), InlineData("http://ollama:11434/v1"), InlineData("http://192.168.1.5/v1"), InlineData("https://api.example.com/v1/")]
    public async Task Addresses_of_this_network_and_encrypted_ones_are_fine(string address)
    {
        await using var model = await ScriptedModel.Start();
        using var desk = ModelDesk.With(model, ("BaseUrl", address));

        Assert.Equal(address, Assert.Single(desk.Get<IOptions<ModelOptions>>().Value.Endpoints).BaseUrl);
    }
}
