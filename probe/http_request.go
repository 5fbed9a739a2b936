package probe

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/http/httpguts"
)

// agent names us and our version, so that the vendor finds us in his log.
var agent = sync.OnceValue(func() string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = strings.Trim(info.Main.Version, "()")
	}
	return "slamon/" + version
})

// field is one header field as it is sent.
type field struct{ name, value string }

// notOurs are the fields that the engine decides about: how a connection is used
// and where a message ends is not for the file to say.
var notOurs = map[string]bool{
	"Host": true, "Connection": true, "Content-Length": true, "Transfer-Encoding": true,
	"Keep-Alive": true, "Upgrade": true, "Te": true, "Trailer": true, "Proxy-Connection": true,
}

// harmless are the configured fields that another origin may see after a
// redirect. The others may be keys: a value in the file can be a secret.
var harmless = map[string]bool{
	"Accept": true, "Accept-Encoding": true, "Accept-Language": true,
	"Cache-Control": true, "Content-Type": true, "Pragma": true, "User-Agent": true,
}

// fields returns the header of a request, but for Host and Connection.
func (h *httpProbe) fields(a *ask) ([]field, error) {
	var all []field
	given := map[string]bool{}
	for _, f := range h.params.Headers {
		name, value := http.CanonicalHeaderKey(f.Name), f.Value.Reveal()
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return nil, fmt.Errorf("header field %q: not fit to be sent", f.Name)
		}
		if notOurs[name] || !a.secrets && !harmless[name] {
			continue
		}
		if name == "Cookie" && a.cookies != "" {
			value += "; " + a.cookies
		}
		all = append(all, field{name, value})
		given[name] = true
	}
	add := func(name, value string) {
		if value != "" && !given[name] {
			all = append(all, field{name, value})
		}
	}
	add("User-Agent", agent())
	add("Accept-Encoding", "identity") // what is judged is what was sent
	add("Cookie", a.cookies)
	if a.secrets {
		add("Authorization", h.authorization())
	}
	return all, nil
}

// authorization is the value of the Authorization field, empty for none.
func (h *httpProbe) authorization() string {
	p := &h.params
	switch {
	case !p.Bearer.Empty():
		return "Bearer " + p.Bearer.Reveal()
	case p.User != "":
		return basic(p.User, p.Password.Reveal())
	case p.URL.User != nil:
		password, _ := p.URL.User.Password()
		return basic(p.URL.User.Username(), password)
	}
	return ""
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// host is the value of the Host field: the configured one for the first origin,
// otherwise host and, if it is not the scheme's own, port of the URL.
func (h *httpProbe) host(a *ask) string {
	if a.secrets {
		for _, f := range h.params.Headers {
			if http.CanonicalHeaderKey(f.Name) == "Host" {
				return f.Value.Reveal()
			}
		}
	}
	usual := a.url.Scheme == "http" && a.to.port == 80 || a.url.Scheme == "https" && a.to.port == 443
	if !a.to.addr.IsValid() || a.to.addr.Is4() {
		if usual {
			return a.to.host
		}
		return a.to.host + ":" + strconv.Itoa(int(a.to.port))
	}
	to := netip.AddrPortFrom(a.to.addr.WithZone(""), a.to.port).String()
	if usual {
		return to[:strings.LastIndexByte(to, ':')]
	}
	return to
}

// wire returns the request as HTTP/1.1 sends it (RFC 9112).
func (h *httpProbe) wire(a *ask) ([]byte, error) {
	fields, err := h.fields(a)
	if err != nil {
		return nil, err
	}
	host, target := h.host(a), a.url.RequestURI()
	if h.proxy.forwards(a) {
		target = "http://" + host + target
		if auth := h.proxy.authorization(); auth != "" {
			fields = append(fields, field{"Proxy-Authorization", auth})
		}
	}
	if !httpguts.ValidHostHeader(host) || strings.ContainsFunc(target, breaksLine) || !httpguts.ValidHeaderFieldName(a.method) {
		return nil, fmt.Errorf("request for %q with method %q: not fit to be sent", shown(a.url), a.method)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", a.method, target, host)
	for _, f := range fields {
		fmt.Fprintf(&b, "%s: %s\r\n", f.name, f.value)
	}
	if len(a.body) > 0 || a.method == "POST" || a.method == "PUT" || a.method == "PATCH" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(a.body))
	}
	if !h.keep {
		b.WriteString("Connection: close\r\n")
	}
	b.WriteString("\r\n")
	b.Write(a.body)
	return bytes.Clone(b.Bytes()), nil // without the buffer's spare room
}

func breaksLine(r rune) bool { return r <= ' ' || r == 0x7f }

// request returns the request for HTTP/2.
func (h *httpProbe) request(ctx context.Context, a *ask) (*http.Request, error) {
	fields, err := h.fields(a)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, a.method, a.url.String(), bytes.NewReader(a.body))
	if err != nil {
		return nil, err
	}
	if len(a.body) == 0 {
		r.Body = http.NoBody
	}
	r.Host = h.host(a)
	for _, f := range fields {
		r.Header.Add(f.name, f.value)
	}
	return r, nil
}
