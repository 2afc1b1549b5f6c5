namespace BizQ.Web.Runs;

public static class RunsApi
{
    public static void MapRunsApi(this RouteGroupBuilder api)
    {
    }
}
