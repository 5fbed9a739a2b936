package main

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/pflag"

	"github.com/slamon/slamon/check"
)

func httpKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	method := fs.String("method", "GET", "request method")
	http2 := fs.Bool("http2", false, "offer HTTP/2")
	redirects := fs.Int("max-redirects", 0, "redirects to follow")
	family, options, expect := familyFlag(fs), tlsFlags(fs), expectFlag(fs, "the body")
	return func(target string) (check.Params, error) {
		if err := httpTarget(target, "http"); err != nil {
			return nil, err
		}
		u, err := url.Parse(target)
		if err != nil {
			return nil, err
		}
		p := check.HTTP{URL: u, Method: *method, HTTP2: *http2, MaxRedirects: *redirects, TLS: options()}
		if p.Family, err = family(); err != nil {
			return nil, err
		}
		re, err := expect()
		if re != nil {
			p.BodyMatch = []check.Match{{Pattern: re}}
		}
		return p, err
	}
}

func webSocketKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	send := fs.String("send", "", "message to send")
	ping := fs.Bool("ping", false, "want a pong")
	family, options, expect := familyFlag(fs), tlsFlags(fs), expectFlag(fs, "a message")
	return func(target string) (check.Params, error) {
		u, err := url.Parse(target)
		if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" && u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("%q is not a URL of ws or wss\ntry: slamon probe websocket wss://www.example.com/socket", target)
		}
		if u.User != nil {
			return nil, fmt.Errorf("the URL holds a user or a password, which everybody on this host can read\ntry: a check in the configuration file, with headers")
		}
		p := check.WebSocket{URL: u, Ping: *ping, TLS: options()}
		if p.Family, err = family(); err != nil {
			return nil, err
		}
		re, err := expect()
		if re != nil || *send != "" {
			p.Dialogue = []check.Step{{Send: []byte(*send), Expect: re}}
		}
		return p, err
	}
}

func grpcKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	service := fs.String("service", "", "service to ask for (default: the server as a whole)")
	authority := fs.String("authority", "", "value of :authority, instead of the target")
	plaintext := fs.Bool("plaintext", false, "without TLS")
	method := fs.String("method", "", "call package.Service/Method, by the server's reflection, instead of the health service")
	request := fs.String("request", "", "message to call it with, as JSON")
	options := tlsFlags(fs)
	return func(target string) (check.Params, error) {
		p := check.GRPC{Address: target, Service: *service, Authority: *authority, Plaintext: *plaintext, TLS: options()}
		switch {
		case *method != "":
			p.Call = &check.GRPCCall{Method: *method, Request: *request}
		case *request != "":
			return nil, errors.New("--request needs a method to call\ntry: --method package.Service/Method")
		}
		return p, nil
	}
}
