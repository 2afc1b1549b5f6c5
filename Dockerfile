# BizQ in one image: built from source, run as a user without rights, everything it keeps in the one volume /data.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# What packages are needed changes seldom: restored alone, it is kept between builds.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt ./
COPY BizQ.Core/BizQ.Core.csproj BizQ.Core/
COPY BizQ.Agents/BizQ.Agents.csproj BizQ.Agents/
COPY BizQ.Web/BizQ.Web.csproj BizQ.Web/
RUN dotnet restore BizQ.Web
COPY .editorconfig appsettings.json ./
COPY BizQ.Core BizQ.Core
COPY BizQ.Agents BizQ.Agents
COPY BizQ.Web BizQ.Web
RUN dotnet publish BizQ.Web --configuration Release --output /app && mkdir /data

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# The numeric id of the image's own user "app", so that an orchestrator can see that it is not root.
COPY --from=build --chown=1654:1654 /data /data
USER 1654
ENV ASPNETCORE_URLS=http://+:8080 Data__Path=/data
VOLUME /data
EXPOSE 8080
# The image holds no curl: the program asks itself.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["dotnet", "BizQ.Web.dll", "health"]
ENTRYPOINT ["dotnet", "BizQ.Web.dll"]
