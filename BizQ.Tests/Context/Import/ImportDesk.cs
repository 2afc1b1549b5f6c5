using System.Text;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Context.Import;

/// <summary>A business that imports and exports, without a host: what works in the background is called by hand.</summary>
internal sealed class ImportDesk : IAsyncDisposable
{
    private ImportDesk(KnownBusiness business) => Business = business;

    public KnownBusiness Business { get; }

    public Actor Owner => Business.Owner;

    public RunImport Work => new(Business.Kit.Database, Business.Kit.Archive, Business.Kit.Ids, Business.Kit.Clock);

    public EndImport End => new(Business.Kit.Database, Business.Kit.Clock);

    public ReadImports Imports => new(Business.Kit.Database);

    public PreviewImport Previews => new(Business.Kit.Database, Business.Kit.Archive);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<ImportDesk> Start(Engine engine = Engine.Sqlite, TimeProvider? clock = null) => new(await KnownBusiness.Start(engine, clock));

    public Task<Outcome<EntityImport>> Bring(string name, string text, string? key = null) => Bring(name, Encoding.UTF8.GetBytes(text), key);

    public Task<Outcome<EntityImport>> Bring(string name, byte[] content, string? key = null) =>
        new AcceptImport(Business.Kit.Database, Business.Kit.Archive, Business.Kit.Ids, Business.Kit.Clock).Run(Owner, new AcceptImportRequest(name, content, key), Stop);

    public async Task<ImportPreview> Look(EntityImport import, ImportMapping? mapping = null, string? type = null, string? sheet = null) =>
        (await Previews.Run(Owner, import.Id, mapping, type, sheet, Stop)).Value;

    /// <summary>Takes a file in and shows what is proposed.</summary>
    public async Task<ImportPreview> Look(string name, string text, string? type = null) => await Look((await Bring(name, text)).Value, type: type);

    public Task<Outcome<EntityImport>> Queue(EntityImport import, ImportMapping mapping) => new StartImport(Business.Kit.Database, Business.Kit.Archive).Run(Owner, import.Id, mapping, Stop);

    /// <summary>Takes a file in, starts it as it is proposed or changed, and works on it to its end.</summary>
    public async Task<ImportDetail> Import(string name, string text, Func<ImportMapping, ImportMapping>? change = null, string? type = null)
    {
        var seen = await Look(name, text, type);
        var started = (await Queue(seen.Import, change?.Invoke(seen.Mapping) ?? seen.Mapping)).Value;
        await WorkAll();
        return await Now(started);
    }

    public async Task WorkAll()
    {
        while (await Work.Waiting(Stop) is { Count: > 0 } waiting)
        {
            foreach (var one in waiting)
                await Work.One(one, Stop);
        }
    }

    public async Task<ImportDetail> Now(EntityImport import) => (await Imports.One(Owner, import.Id, ImportLimits.KeptProblems, Stop)).Value;

    public async Task<List<Entity>> Entities(string type)
    {
        await using var db = Business.Kit.Database.Open(Owner.WorkspaceId);
        return await db.Entities.AsNoTracking().Where(e => e.Type == type && e.RemovedAt == null).OrderBy(e => e.Id).ToListAsync(Stop);
    }

    public async Task<byte[]> Export(string type, ExportFormat format, Actor? actor = null, string? text = null)
    {
        var file = await new ExportEntities(Business.FindEntities, Business.Kit.Clock).Run(actor ?? Owner, new FindEntitiesRequest(type, Text: text), format, Stop);
        using var to = new MemoryStream();
        await file.Value.WriteTo(to, Stop);
        return to.ToArray();
    }

    public async Task<string> ExportText(string type, ExportFormat format, Actor? actor = null, string? text = null) => Encoding.UTF8.GetString(await Export(type, format, actor, text)).TrimStart('\uFEFF');

    public ValueTask DisposeAsync() => Business.DisposeAsync();
}
