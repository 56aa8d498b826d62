#include "policyd/http/api/api.h"

namespace policyd::http {

std::vector<Route> ApiRoutes(const ApiSources& sources) {
  std::vector<Route> routes = ReadingRoutes(sources);
  for (Route& route : ChangingRoutes(sources)) routes.push_back(std::move(route));
  for (Route& route : AppealRoutes(sources)) routes.push_back(std::move(route));
  for (Route& route : OutgoingRoutes(sources)) routes.push_back(std::move(route));
  return routes;
}

}  // namespace policyd::http
