namespace BizQ.Web.Agents;

public static class AgentsApi
{
    public static void MapAgentsApi(this RouteGroupBuilder api)
    {
    }
}
