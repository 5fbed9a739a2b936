package config

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// Peer is another slamon that watches the same services from another place.
type Peer struct {
	Site     string
	URL      *url.URL
	User     string
	Password secret.Value
	Every    time.Duration
	TLS      check.TLSOptions
}

type peerFile struct {
	table
	Site     field[string]        `toml:"site"`
	URL      field[string]        `toml:"url"`
	User     field[string]        `toml:"user"`
	Password secretKey            `toml:"password"`
	Every    field[time.Duration] `toml:"every"`
	TLS      *tlsFile             `toml:"tls"`
}

// The default and limits of how often a peer is asked.
const (
	defaultPeerEvery = time.Minute
	minPeerEvery     = 5 * time.Second
	maxPeerEvery     = 24 * time.Hour
	maxPeers         = 50 // each is a row of every claim
)

func (r *reader) peers(c *Config, all []peerFile) {
	if len(all) > maxPeers {
		r.complain(all[maxPeers].at, "take some out", "%d peers: %d at most", len(all), maxPeers)
		return
	}
	seen := map[string]bool{c.Site: true}
	for i := range all {
		f := &all[i]
		p := Peer{Site: f.Site.v, User: f.User.v, Password: f.Password.v, Every: r.between(f.Every, "every", minPeerEvery, maxPeerEvery, defaultPeerEvery), TLS: f.TLS.options(r)}
		if r.required(f.Site.set, &f.table, "site", `site = "outside"`, "this peer has no site") && f.Site.ok {
			switch {
			case strings.TrimSpace(p.Site) != p.Site || p.Site == "" || len(p.Site) > maxSiteName:
				r.complain(f.Site.at, `site = "outside"`, "site %s: want 1 to %d bytes without spaces around them", quote(p.Site), maxSiteName)
			case seen[p.Site]:
				r.complain(f.Site.at, "give each place a name of its own", "site %s is already there", quote(p.Site))
			}
			seen[p.Site] = true
		}
		if r.required(f.URL.set, &f.table, "url", `url = "https://slamon.example.net:9780"`, "this peer has no url") && f.URL.ok {
			p.URL = r.url(f.URL, "url", check.AnyFamily)
		}
		if f.User.or("") != "" != f.Password.set {
			r.complain(max(f.User.at, f.Password.at), `user = "…" with password = { env = "NAME" }`, "user and password need each other")
		}
		if p.User != "" && p.URL != nil && p.URL.Scheme == "http" && !loopback(p.URL.Hostname()) {
			r.warn(f.User.at, "begin the url with https://", "the password of peer %s travels in clear", p.Site)
		}
		c.Peers = append(c.Peers, p)
	}
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

func (d *dumper) peer(p Peer) {
	d.section("[[peer]]")
	d.text("site", p.Site)
	d.text("url", p.URL.String())
	d.text("user", p.User)
	if p.User != "" {
		d.secret("password", p.Password)
	}
	d.time("every", p.Every)
	d.tls(p.TLS)
}
