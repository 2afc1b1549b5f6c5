using BizQ.Core.Data;

namespace BizQ.Web.Mail;

/// <summary>Reads a request's body as far as a mail may go, whatever length it claims or does not claim.</summary>
internal static class ReadBody
{
    /// <summary>
    /// What is beyond a mail's size is read and thrown away up to here: most clients send before they listen, and hear nothing
    /// but a broken connection when the answer comes too early.
    /// </summary>
    public const int MostThrownAway = 5 * Archive.MostBytes;

    private const int Chunk = 64 * 1024;

    /// <summary>Null when it is larger than a mail may be.</summary>
    public static async Task<byte[]?> Run(HttpRequest request, CancellationToken cancel)
    {
        // Who asks before sending is told before sending.
        if (request.ContentLength > MostThrownAway || request.ContentLength > Archive.MostBytes && request.Headers.Expect.Count > 0)
            return null;
        var fits = request.ContentLength is null or <= Archive.MostBytes;
        using var bytes = new MemoryStream(fits ? (int)(request.ContentLength ?? Chunk) : 0);
        var chunk = new byte[Chunk];
        try
        {
            while (await request.Body.ReadAsync(chunk, cancel) is > 0 and var read)
            {
                fits = fits && bytes.Length + read <= Archive.MostBytes;
                if (fits)
                    bytes.Write(chunk, 0, read);
            }
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
        return fits ? bytes.ToArray() : null;
    }
}
