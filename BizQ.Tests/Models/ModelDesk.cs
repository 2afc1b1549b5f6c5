using BizQ.Agents.Models;
using BizQ.Core.Data;
using BizQ.Tests.Kit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Models;

/// <summary>The models room alone, configured as a test says, with endpoints at <see cref="ScriptedModel"/>s.</summary>
public sealed class ModelDesk : IDisposable
{
    public const string KeyVariable = "BIZQ_TESTS_MODEL_KEY";
    public const string Key = "sk-test-0123456789";
    public static readonly Guid Workspace = new("0199f3d0-0000-7000-8000-000000000001");

    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _provider;

    public ModelDesk(TimeProvider? clock, params (string Key, string Value)[] settings)
    {
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)).Append(new("Data:Path", _folder.Path)))
            .Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration);
        services.AddData(configuration);
        services.AddAgentModels(configuration).AddSingleton(clock ?? new HastyClock());
        _provider = services.BuildServiceProvider();
    }

    public ModelRouter Router => _provider.GetRequiredService<ModelRouter>();

    public T Get<T>() where T : notnull => _provider.GetRequiredService<T>();

    public Task<ModelAnswer> Run(ModelTask task) => Router.Run(task, TestContext.Current.CancellationToken);

    public Task<ModelException> Fails(ModelTask task) => Assert.ThrowsAsync<ModelException>(() => Run(task));

    /// <summary>The settings of one endpoint at a scripted model; later ones with the same key win.</summary>
    public static (string, string)[] Endpoint(ScriptedModel model, string name = "scripted", int index = 0, params (string Key, string Value)[] more)
    {
        (string Key, string Value)[] usual =
        [
            ("Name", name), ("BaseUrl", model.BaseUrl), ("Model", "tiny"), ("KeyVariable", KeyVariable), ("InputPrice", "2"), ("OutputPrice", "10"),
        ];
        return [.. usual.Concat(more).GroupBy(one => one.Key).Select(same => ($"Models:Endpoints:{index}:{same.Key}", same.Last().Value))];
    }

    public static ModelDesk With(ScriptedModel model, params (string Key, string Value)[] more) => new(null, Endpoint(model, more: more));

    public void Dispose()
    {
        _provider.Dispose();
        _folder.Dispose();
    }
}
