package config

import "github.com/slamon/slamon/check"

// sensor reads whether a connection is kept open, and complains where none can be.
func (r *reader) sensor(f field[bool], p check.Params) bool {
	if !f.v || p == nil {
		return false
	}
	switch p := p.(type) {
	case check.TCP, check.TLSHandshake, check.WebSocket:
		return true
	case check.HTTP:
		if p.Proxy == nil {
			return true
		}
		r.complain(f.at, "take out sensor or the proxy", "sensor: a connection to the proxy says nothing about the target")
	case check.Mail:
		if p.Protocol == "imap" {
			return true
		}
		r.noSensor(f, p)
	default:
		r.noSensor(f, p)
	}
	return false
}

func (r *reader) noSensor(f field[bool], p check.Params) {
	r.complain(f.at, "take it out, or add a check of kind tcp with sensor = true", "sensor has no use with %s: no connection can be kept open", p.Kind())
}
