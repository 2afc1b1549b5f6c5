using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Approvals;

public static class ApprovalsRoom
{
    public static IServiceCollection AddApprovals(this IServiceCollection services) => services
        .AddSingleton<OwnWork>()
        .AddSingleton<EditProposal>()
        .AddSingleton<DecideApproval>()
        .AddSingleton<ListApprovals>()
        .AddSingleton<ReadApproval>();
}
