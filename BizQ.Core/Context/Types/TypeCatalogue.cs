namespace BizQ.Core.Context;

/// <summary>The types of one workspace: those that come with BizQ, and its own, which stand before them.</summary>
public sealed class TypeCatalogue
{
    private const string Resource = "context/entity-types.json";

    private readonly Dictionary<string, EntityTypeDefinition> _types;
    private readonly HashSet<string> _own;

    internal TypeCatalogue(IEnumerable<EntityTypeDefinition> own)
    {
        _types = new(BuiltIn, StringComparer.Ordinal);
        _own = new(StringComparer.Ordinal);
        foreach (var type in own)
        {
            _types[type.Name] = type;
            _own.Add(type.Name);
        }
        References = [.. _types.Values.SelectMany(t => t.References.Select(r => (t.Name, r)))];
    }

    public static IReadOnlyDictionary<string, EntityTypeDefinition> BuiltIn { get; } = Load();

    public IReadOnlyCollection<EntityTypeDefinition> All => _types.Values;

    /// <summary>Every reference of every type, with the type whose data holds it.</summary>
    internal IReadOnlyList<(string Owner, EntityReference Reference)> References { get; }

    /// <summary>Null for a type that only entities name.</summary>
    public EntityTypeDefinition? Of(string type) => _types.GetValueOrDefault(type);

    public TypeOrigin OriginOf(string type) => (_own.Contains(type), BuiltIn.ContainsKey(type)) switch
    {
        (true, true) => TypeOrigin.Overridden,
        (true, false) => TypeOrigin.Own,
        (false, true) => TypeOrigin.BuiltIn,
        _ => TypeOrigin.Undefined,
    };

    private static Dictionary<string, EntityTypeDefinition> Load()
    {
        using var file = typeof(TypeCatalogue).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"This build has no {Resource}.");
        using var reader = new StreamReader(file);
        return Json.Read<List<EntityTypeDefinition>>(reader.ReadToEnd())!.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }
}
