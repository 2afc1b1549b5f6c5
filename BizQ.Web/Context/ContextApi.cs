namespace BizQ.Web.Context;

public static class ContextApi
{
    public static void MapContextApi(this RouteGroupBuilder api)
    {
    }
}
