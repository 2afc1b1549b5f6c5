using System.Xml.Linq;
using BizQ.Core;
using BizQ.Core.Data;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Web.Hosting;

/// <summary>The keys of sign-ins and forms in the database, so that what one node has signed the others accept.</summary>
internal sealed class DatabaseKeys(BizQDatabase database, Ids ids, TimeProvider clock) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = database.OpenUnscoped();
        return [.. db.Set<ProtectionKey>().AsNoTracking().OrderBy(key => key.Id).Select(key => key.Xml).AsEnumerable().Select(xml => XElement.Parse(xml))];
    }

    /// <summary>The framework asks for this synchronously, once in months, and saving a context does not exist so: a plain insert does.</summary>
    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = database.OpenUnscoped();
        db.Database.ExecuteSql($"INSERT INTO protection_keys (id, name, xml, created_at) VALUES ({ids.New()}, {friendlyName}, {element.ToString(SaveOptions.DisableFormatting)}, {clock.GetUtcNow()})");
    }

    /// <summary>Before the first node of several starts, one alone has kept its keys in files: who is signed in stays so.</summary>
    public void Take(DirectoryInfo folder)
    {
        if (!folder.Exists || GetAllElements().Count > 0)
            return;
        foreach (var file in folder.EnumerateFiles("key-*.xml"))
            StoreElement(XElement.Load(file.FullName), Path.GetFileNameWithoutExtension(file.Name));
    }
}
