// Package web is what a browser and a script see of slamon: pages, the JSON API,
// badges, the feed, and the endpoints that operators know from the Prometheus
// family.
//
// Every page is rendered on the server from one status.Board and is complete
// without a script; a small script refreshes it in place. Nothing is loaded from
// another host, and the content security policy says so to the browser. Pictures are
// drawn by the room chart; words are in the catalogues, one for each language.
//
// The files follow a request: web.go lists the addresses, view_*.go fill a page from
// the board and from what is read of the past (History, Readings, Notices, Ledger),
// pages.go renders it; api_*.go answer scripts, and openapi.json describes them.
//
// Reading is open to whoever reaches the port, as far as the web configuration
// file allows. What changes state is guarded twice: against other sites by the
// origin of the request, and against other people by sign-in, or, where none is
// configured, by taking requests from this machine only. The forms on pages (deed.go)
// do what the API does: an act has a name, a time and mostly a reason, what was done is
// told on the page that the browser is led to (act.go), and what was refused on the page
// of the form, with everything that was typed.
package web
