package web

import "net/http"

type pages struct{}

func newPages() (*pages, error) { return &pages{}, nil }

func (s *server) pageRoutes() []route { return nil }

func (s *server) openAPI(w http.ResponseWriter, r *http.Request) {}
