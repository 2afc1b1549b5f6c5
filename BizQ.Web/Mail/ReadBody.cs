using BizQ.Core.Data;

namespace BizQ.Web.Mail;

/// <summary>Reads a request's body as far as a mail may go, whatever length it claims or does not claim.</summary>
internal static class ReadBody
{
    private const int Chunk = 64 * 1024;

    /// <summary>Null when it is larger than a mail may be.</summary>
    public static async Task<byte[]?> Run(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength > Archive.MostBytes)
            return null;
        using var bytes = new MemoryStream((int)(request.ContentLength ?? Chunk));
        var chunk = new byte[Chunk];
        try
        {
            while (await request.Body.ReadAsync(chunk, cancel) is > 0 and var read)
            {
                if (bytes.Length + read > Archive.MostBytes)
                    return null;
                bytes.Write(chunk, 0, read);
            }
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
        return bytes.ToArray();
    }
}
