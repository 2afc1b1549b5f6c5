namespace BizQ.Web.Mail;

public static class MailApi
{
    public static void MapMailApi(this RouteGroupBuilder api)
    {
    }
}
