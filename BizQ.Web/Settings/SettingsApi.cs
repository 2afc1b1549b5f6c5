namespace BizQ.Web.Settings;

public static class SettingsApi
{
    public static void MapSettingsApi(this RouteGroupBuilder api)
    {
    }
}
