using BizQ.Core;
using BizQ.Core.Context;

namespace BizQ.Web.Context.Documents;

/// <summary>One file on its way in: how far it is, and what became of it.</summary>
public sealed class Upload(string name, long size)
{
    public string Name => name;

    public long Size => size;

    public long Received { get; set; }

    public Document? Document { get; set; }

    /// <summary>It was there already; nothing was added.</summary>
    public bool Known { get; set; }

    public Refusal? Refusal { get; set; }

    public bool Ended => Document is not null || Refusal is not null;

    public int Percent => size == 0 ? 100 : (int)(Received * 100 / size);
}
