package webtest

import (
	"errors"
	"slices"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/web"
)

// Told returns notices, the newest first.
func (s *Stated) Told(key string, limit int) ([]web.Notice, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(s.told), func(n web.Notice) bool { return key != "" && !slices.Contains(n.Keys, key) })
	return list[:min(limit, len(list))], nil
}

// Acknowledge keeps that somebody takes care.
func (s *Stated) Acknowledge(name string, act alert.Act) error {
	if name == "over" {
		return web.Refusal{Err: errors.New("nothing of the name is open: it may be over")}
	}
	s.remark(name, web.Remark{Kind: web.Acknowledged, Act: act})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acts["incident/"+name] = act
	return nil
}

// Acknowledged returns who takes care.
func (s *Stated) Acknowledged(key string) *alert.Act {
	s.mu.Lock()
	defer s.mu.Unlock()
	if act, ok := s.acts[key]; ok {
		return &act
	}
	return nil
}

// Signed takes one signature.
func (s *Stated) Signed(_, signature string) bool { return signature == Token }

// Mute keeps a mute.
func (s *Stated) Mute(m alert.Mute) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mutes = append(s.mutes, m)
	return nil
}

// Unmute ends mutes.
func (s *Stated) Unmute(service check.ServiceID, id check.ID, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.mutes)
	s.mutes = slices.DeleteFunc(s.mutes, func(m alert.Mute) bool { return m.Service == service && m.Check == id })
	if len(s.mutes) == before {
		return web.Refusal{Err: errors.New("nothing is muted of that name")}
	}
	return nil
}

// Mutes returns those in force.
func (s *Stated) Mutes() []alert.Mute {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mutes)
}

// TellVendor keeps what the vendor told.
func (s *Stated) TellVendor(incident string, t alert.Telling) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tellings[incident] = append(s.tellings[incident], t)
	return nil
}

// VendorTold returns it.
func (s *Stated) VendorTold(incident string) ([]alert.Telling, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.tellings[incident]), nil
}
