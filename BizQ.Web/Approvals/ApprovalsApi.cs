namespace BizQ.Web.Approvals;

public static class ApprovalsApi
{
    public static void MapApprovalsApi(this RouteGroupBuilder api)
    {
    }
}
