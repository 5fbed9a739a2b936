// Package web is what a browser and a script see of slamon: pages, the JSON API,
// badges, the feed, and the endpoints that operators know from the Prometheus
// family.
//
// Every page is rendered on the server from one status.Board and is complete
// without a script; a small script refreshes it in place. Nothing is loaded from
// another host, and the content security policy says so to the browser.
//
// Reading is open to whoever reaches the port, as far as the web configuration
// file allows. What changes state is guarded twice: against other sites by the
// origin of the request, and against other people by sign-in, or, where none is
// configured, by taking requests from this machine only.
package web
