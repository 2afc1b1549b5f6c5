using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace BizQ.Web.Hosting;

/// <summary>Under a kilobyte the packing costs more than it saves; that can be told where the length is known before.</summary>
internal sealed class CompressLarge(IServiceProvider services, IOptions<ResponseCompressionOptions> options) : ResponseCompressionProvider(services, options)
{
    private const int Least = 1024;

    public override bool ShouldCompressResponse(HttpContext context) =>
        context.Response.ContentLength is null or >= Least && base.ShouldCompressResponse(context);
}
