package web

import "strings"

// Route is a line of the table of addresses, for tests.
type Route struct {
	Method, Path string
	Page         bool // HTML or a static file: not described
}

// Routes returns the table of addresses.
func Routes(o Options) []Route {
	p, err := newPages()
	if err != nil {
		panic(err)
	}
	s := &server{Options: o, pages: p}
	pages := map[string]bool{}
	for _, r := range append(s.pageRoutes(), s.deedRoutes()...) {
		pages[r.path] = true
	}
	var out []Route
	for _, r := range s.routes() {
		out = append(out, Route{r.method, r.path, pages[r.path] || strings.HasPrefix(r.path, "/static/")})
	}
	return out
}
