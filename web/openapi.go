package web

import (
	_ "embed"
	"net/http"
)

// description is the OpenAPI 3.1 description of the API, kept by hand. A test
// holds it against the table of routes and against what the handlers answer.
//
//go:embed openapi.json
var description []byte

func (s *server) openAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "max-age=3600")
	w.Header().Set("Vary", "Accept-Encoding")
	send(w, r, http.StatusOK, description)
}
