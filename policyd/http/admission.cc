#include "policyd/http/admission.h"

#include <algorithm>

#include "policyd/http/path_and_query.h"

namespace policyd::http {
namespace {

bool StandsFor(std::string_view route, std::string_view path) {
  if (route == path) return true;
  return route.size() > 1 && route.ends_with('/') && path.starts_with(route);
}

std::string MethodsOf(const std::vector<const Route*>& routes) {
  std::string methods;
  for (const Route* route : routes) {
    if (!methods.empty()) methods += ", ";
    methods += route->method == "GET" ? "GET, HEAD" : route->method;
  }
  return methods;
}

}  // namespace

std::vector<const Route*> Admission::RoutesOf(std::string_view path) const {
  std::vector<const Route*> found;
  for (const Route& route : routes_) {
    if (!StandsFor(route.path, path)) continue;
    if (!found.empty() && found.front()->path.size() < route.path.size()) found.clear();
    if (found.empty() || found.front()->path.size() == route.path.size()) found.push_back(&route);
  }
  return found;
}

std::variant<const Route*, HttpResponse> Admission::Admit(const config::HttpAccess& rules, std::string_view target,
                                                          HttpRequest& request, WrongTokens::Time now) {
  // So that an error of the API is told as one.
  request.path = target.substr(0, target.find('?'));
  auto parsed = ParsePathAndQuery(target);
  if (!parsed) return ErrorResponse(request.path, 400, "the address of the request cannot be read");
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  if (request.method == "HEAD") request.method = "GET";

  const auto routes = RoutesOf(request.path);
  const auto route = std::find_if(routes.begin(), routes.end(),
                                  [&request](const Route* one) { return one->method == request.method; });
  // What there is, and what not, is told only to those who may read.
  const Route::Access access = route != routes.end() ? (*route)->access
                               : routes.empty()      ? missing_
                                                     : routes.front()->access;
  if (auto refusal = access_.Refusal(rules, access, request, now)) {
    if (refusal->status == 401 && route != routes.end() && (*route)->locked) {
      HttpResponse page = (*route)->locked(request);
      refusal->content_type = std::move(page.content_type);
      refusal->body = std::move(page.body);
    }
    return *std::move(refusal);
  }
  if (routes.empty()) return ErrorResponse(request.path, 404, "there is no such page");
  if (route == routes.end()) {
    const std::string methods = MethodsOf(routes);
    HttpResponse response = ErrorResponse(request.path, 405, "expected one of the methods " + methods);
    response.headers.emplace_back("Allow", methods);
    return response;
  }
  request.rest = request.path.substr((*route)->path.size());
  return *route;
}

}  // namespace policyd::http
