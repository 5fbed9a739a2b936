package probe

import (
	"fmt"
	"io"
	"net"

	"github.com/slamon/slamon/check"
)

// ask5 asks a SOCKS5 server to connect to e (RFC 1928), with user and password
// if the proxy has them (RFC 1929). Its answers are a few bytes of fixed size.
func (p *proxy) ask5(conn net.Conn, e endpoint) error {
	if err := p.greet5(conn); err != nil {
		return err
	}
	request := []byte{5, 1, 0}
	switch {
	case !e.addr.IsValid():
		if len(e.host) > 255 {
			return ownProxy("the name of the target is too long for SOCKS", nil)
		}
		request = append(append(request, 3, byte(len(e.host))), e.host...)
	case e.addr.Is4():
		request = append(append(request, 1), e.addr.AsSlice()...)
	default:
		request = append(append(request, 4), e.addr.AsSlice()...)
	}
	request = append(request, byte(e.port>>8), byte(e.port))
	answer, err := p.turn5(conn, request, 5) // up to the first byte of the bound address
	if timedOut(err) {
		return err // it may be the target that is silent
	}
	if err != nil {
		return ownProxy("the proxy gave no answer to the SOCKS request", err)
	}
	if answer[1] != 0 {
		return refused5(answer[1])
	}
	return skipBound5(conn, answer[3], answer[4])
}

// skipBound5 reads the rest of the answer: an address that is of no interest.
func skipBound5(conn net.Conn, kind, first byte) error {
	size := map[byte]int{1: 4, 3: int(first) + 1, 4: 16}[kind]
	if size == 0 {
		return ownProxy("the proxy does not speak SOCKS5", nil)
	}
	if _, err := io.ReadFull(conn, make([]byte, size-1+2)); err != nil {
		return ownProxy("the proxy broke off its answer", err)
	}
	return nil
}

// greet5 agrees on a method of authentication.
func (p *proxy) greet5(conn net.Conn) error {
	method := byte(0)
	if p.user != "" {
		method = 2
	}
	answer, err := p.turn5(conn, []byte{5, 1, method}, 2)
	switch {
	case err != nil:
		return ownProxy("the proxy gave no answer to the SOCKS greeting", err)
	case answer[0] != 5:
		return ownProxy("the proxy does not speak SOCKS5", nil)
	case answer[1] != method:
		return ownProxy("the proxy wants another kind of credentials", nil)
	case method == 0:
		return nil
	}
	if len(p.user) > 255 || len(p.password) > 255 {
		return ownProxy("the credentials are too long for SOCKS", nil)
	}
	login := append([]byte{1, byte(len(p.user))}, p.user...)
	login = append(append(login, byte(len(p.password))), p.password...)
	if answer, err = p.turn5(conn, login, 2); err != nil || answer[1] != 0 {
		return ownProxy("the proxy did not accept our credentials", err)
	}
	return nil
}

func (p *proxy) turn5(conn net.Conn, request []byte, size int) ([]byte, error) {
	if _, err := conn.Write(request); err != nil {
		return nil, err
	}
	answer := make([]byte, size)
	_, err := io.ReadFull(conn, answer)
	return answer, err
}

// refused5 reads the reply code (RFC 1928 section 6).
func refused5(code byte) error {
	down := func(r check.Reason, what string) error {
		return &proxyError{check.Down, r, "the proxy says: " + what, nil}
	}
	switch code {
	case 3:
		return down(check.ReasonUnreachable, "network unreachable")
	case 4:
		return down(check.ReasonUnreachable, "host unreachable")
	case 5:
		return down(check.ReasonRefused, "connection refused")
	case 6:
		return down(check.ReasonTimeout, "time to live expired")
	case 2:
		return ownProxy("the proxy does not allow the connection", nil)
	}
	return ownProxy(fmt.Sprintf("the proxy failed with SOCKS code %d", code), nil)
}
