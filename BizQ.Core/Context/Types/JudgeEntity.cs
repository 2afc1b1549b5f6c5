using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>What one entity lacks beside its type.</summary>
public sealed class JudgeEntity(EntityTypes types, TypeSchemas schemas)
{
    public async Task<Outcome<IReadOnlyList<TypeFinding>>> Run(Actor actor, Entity entity, CancellationToken cancel)
    {
        var catalogue = await types.Catalogue(actor, cancel);
        if (catalogue.Refusal is { } refusal)
            return refusal;
        return (await TypeFindings.Of(catalogue.Value.Of(entity.Type), entity.Data, schemas)).ToList();
    }
}
