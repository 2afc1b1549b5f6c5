namespace BizQ.Core.Data.Rows;

/// <summary>Writes sets of rows in one transaction over one connection that it keeps. Never called twice at once.</summary>
internal interface IRowEngine : IAsyncDisposable
{
    /// <summary>Which sets were written; the others were refused by their guard or another row's version. Throws when nothing was written.</summary>
    Task<IReadOnlySet<Guid>> Write(IReadOnlyList<RowSet> sets);

    /// <summary>The same in the open transaction of a context, which the caller commits.</summary>
    Task<IReadOnlySet<Guid>> Write(IReadOnlyList<RowSet> sets, BizQDb within);
}
