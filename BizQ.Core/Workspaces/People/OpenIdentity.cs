using BizQ.Core.Data;
using Microsoft.AspNetCore.Identity;

namespace BizQ.Core.Workspaces.People;

/// <summary>
/// ASP.NET Core Identity over a context the caller owns: a circuit lives for hours and must not hold one. What is added to
/// the context before the manager saves goes in the same transaction.
/// </summary>
public delegate UserManager<Person> OpenIdentity(BizQDb db);
