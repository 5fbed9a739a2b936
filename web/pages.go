package web

import (
	stdbytes "bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/slamon/slamon/status"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pageNames are the files in templates that define "content".
var pageNames = []string{"overview", "service", "check", "incidents", "incident", "claim", "system", "message", "acknowledge", "devices", "device", "maintenance", "reports", "notices"}

// pages are the parsed templates, by language and name, and the static files.
type pages struct {
	templates map[string]*template.Template // "en/overview"
	static    *static
}

func newPages() (*pages, error) {
	p := &pages{templates: map[string]*template.Template{}}
	var err error
	if p.static, err = newStatic(); err != nil {
		return nil, err
	}
	for _, l := range languages {
		base, err := template.New("").Funcs(template.FuncMap{"t": l.t}).
			ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/forms.html", "templates/responses.html")
		if err != nil {
			return nil, err
		}
		for _, name := range pageNames {
			t, err := template.Must(base.Clone()).ParseFS(templateFiles, "templates/"+name+".html")
			if err != nil {
				return nil, err
			}
			p.templates[l.code+"/"+name] = t
		}
	}
	return p, nil
}

func (s *server) pageRoutes() []route {
	get := func(path string, h http.HandlerFunc) route { return route{http.MethodGet, path, h} }
	return []route{
		get("/{$}", s.page(s.overview)),
		get("/services/{id}", s.page(s.service)),
		get("/checks/{id}", s.page(s.check)),
		get("/claims/{id}", s.page(s.claim)),
		get("/incidents", s.page(s.incidents)),
		get("/incidents/{id}", s.page(s.incident)),
		get("/system", s.page(s.system)),
		get("/devices", s.page(s.devices)),
		get("/devices/{id}", s.page(s.device)),
		get("/acknowledge", s.page(s.askAcknowledge)),
		{http.MethodPost, "/acknowledge", s.page(s.takeAcknowledge)},
		get("/maintenance", s.page(s.maintenancePage)),
		get("/reports", s.page(s.reports)),
		get("/reports/open", s.openReport),
		get("/notices", s.page(s.notices)),
		get("/sign-in", s.signIn),
		get("/static/{file}", s.pages.static.ServeHTTP),
	}
}

// refreshEvery is the seconds between two refreshes of a page that reads the
// board only. It takes milliseconds to render.
const refreshEvery = 2

// view is what a page function returns: which template, with what.
type view struct {
	name, title, active string
	code                int // HTTP status; 200 when zero
	every               int // seconds between two refreshes; refreshEvery when zero
	body                any
}

// page is the data of the layout.
type page struct {
	Lang, Title, Active  string
	Site, Version, Zone  string
	Style, Script, Query string
	Warning              string
	At                   moment
	Board                string // the moment of the board, as events name it
	Live, Public         bool
	Every                int
	Languages            []languageLink
	Actor                *actor
	Done, Refusal        string // what a form did, or why it did not
	Body                 any
}

type languageLink struct {
	Code, Name, URL string
	Current         bool
}

// visit is one request for a page.
type visit struct {
	*formatter
	r     *http.Request
	board *status.Board
	query url.Values
	// public is set on the view that anybody may see.
	public bool
	path   string // of the page, where a form has another one
	actor  *actor
	// refusal is why what a form asked for was not done, and failed the HTTP status.
	refusal string
	failed  int
}

func (s *server) visit(r *http.Request, b *status.Board) *visit {
	return &visit{formatter: s.formatter(r, b), r: r, board: b, query: r.URL.Query(), public: s.public, path: r.URL.Path, actor: s.actor(r)}
}

// link returns the address of a page, in the language that was asked for.
func (v *visit) link(path string, more ...string) string {
	q := url.Values{}
	if l := v.query.Get("lang"); l != "" {
		q.Set("lang", l)
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			q.Set(more[i], more[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// with returns the address of this page with some parameters changed; an empty
// value removes one.
func (v *visit) with(pairs ...string) string {
	q := url.Values{}
	for key, values := range v.query {
		if key != "done" { // is said once
			q[key] = values
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if q.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	if len(q) == 0 {
		return v.path
	}
	return v.path + "?" + q.Encode()
}

// page turns a function that fills a view into a handler.
func (s *server) page(fill func(*visit) view) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b := s.Board()
		if b == nil {
			l := languageOf(r)
			w.Header().Set("Retry-After", "1")
			w.Header().Set("Refresh", "2")
			text(w, http.StatusServiceUnavailable, l.t("page.starting")+"\n")
			return
		}
		v := s.visit(r, b)
		s.render(w, v, fill(v))
	}
}

// missing is the page for what there is none of.
func (v *visit) missing(what, id string) view {
	return view{
		name: "message", title: v.t("page.missing"), code: http.StatusNotFound,
		body: struct{ Title, Text string }{v.t("page.missing"), v.t("page.missing."+what, id)},
	}
}

func (s *server) render(w http.ResponseWriter, v *visit, content view) {
	p := page{
		Lang: v.code, Title: content.title, Active: content.active,
		Site: v.board.Site, Version: v.board.Version, Zone: v.zone.String(), At: v.at(v.board.At), Board: boardName(v.board),
		Style: s.pages.static.style, Script: s.pages.static.script,
		Live: content.code == 0, Public: v.public, Every: max(content.every, refreshEvery),
		Warning: v.warning(), Body: content.body, Actor: v.actor, Refusal: v.refusal, Done: v.done(),
	}
	if l := v.query.Get("lang"); l == v.code {
		p.Query = "?lang=" + l
	}
	for _, l := range languages {
		p.Languages = append(p.Languages, languageLink{l.code, l.name, v.with("lang", l.code), l == v.language})
	}
	var buffer stdbytes.Buffer
	if err := s.pages.templates[v.code+"/"+content.name].ExecuteTemplate(&buffer, "layout", &p); err != nil {
		s.Log.Error("a page could not be rendered", "page", content.name, "error", err)
		text(w, http.StatusInternalServerError, "this page could not be rendered; the log says why\n")
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.code)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language, Accept-Encoding")
	send(w, v.r, max(content.code, http.StatusOK), buffer.Bytes())
}

// done says what a form did that led to this page.
func (v *visit) done() string {
	text, ok := v.texts["done."+v.query.Get("done")]
	if !ok || v.refusal != "" {
		return ""
	}
	return text
}

// warning is what everybody must know who looks at any page.
func (v *visit) warning() string {
	o := &v.board.Own
	switch {
	case o.StoreError != "":
		return v.t("warning.store", o.StoreError)
	case o.ConfigError != "":
		return v.t("warning.config", firstLine(o.ConfigError))
	case !o.NetworkAlive && findService(v.board, "own-network") != nil:
		return v.t("warning.network")
	}
	return ""
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// worthPacking is the size from which compressing a body saves a packet.
const worthPacking = 1400

// send writes a body, compressed where the reader takes that. Nothing secret and
// nothing that a stranger chose stands beside each other in a page, so its length
// gives nothing away.
func send(w http.ResponseWriter, r *http.Request, code int, body []byte) {
	h := w.Header()
	if len(body) < worthPacking || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Length", fmt.Sprint(len(body)))
		w.WriteHeader(code)
		_, _ = w.Write(body)
		return
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(code)
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is valid
	_, _ = z.Write(body)
	_ = z.Close()
}
