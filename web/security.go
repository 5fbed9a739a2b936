package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// policy allows what the site itself serves and nothing else: no inline script
// or style, no frame, no other host. A page that was fed hostile text by a
// target cannot run it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the headers that every answer carries.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// guard lets a request change state only when somebody has signed in for it, or
// when nobody can and it comes from this machine. Other sites are kept off by
// CrossOriginProtection before.
func (s *server) guard(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.allowed(r) {
			next(w, r)
			return
		}
		s.Log.Warn("refused a request that changes state", "path", r.URL.Path, "peer", r.RemoteAddr)
		if s.CanSignIn {
			challenge(w)
			return
		}
		fail(w, http.StatusForbidden, "this needs sign-in: name basic_auth_users in the web configuration file, "+
			"or send the request from the machine that slamon runs on")
	}
}

func (s *server) allowed(r *http.Request) bool {
	if s.signedIn(r) {
		return true
	}
	return local(r) && !s.CanSignIn
}

func (s *server) signedIn(r *http.Request) bool { return s.SignedIn != nil && s.SignedIn(r) }

// local reports whether the request was made on this machine, to this machine,
// by nobody else's order. A reverse proxy on this machine speaks for people who
// are not on it, and says so in its headers; a foreign name in Host that leads
// here is a browser that was fooled by DNS.
func local(r *http.Request) bool {
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		if r.Header.Get(header) != "" {
			return false
		}
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}
