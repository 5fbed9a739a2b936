package snmp

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"

	"github.com/gosnmp/gosnmp"
)

// A poll asks the same question again and again, and the codec would spend most of
// its processor time on writing it and on turning the same names into strings:
// 60 µs for 19 objects, where a message's way through the kernel takes 20. So the
// question is written once by the codec and only its id is changed; the answer is
// compared with the question octet by octet. Whatever does not look as expected
// goes the ordinary way (quickGet.answer), so this adds no reading of odd messages.

// form is a GET that is asked repeatedly.
type form struct {
	body  []byte   // v2c: the message; v3: the scoped PDU in clear
	id    int      // where its request id stands, four octets
	names [][]byte // the objects, encoded

	engine string // v3: the engine that body was written for
}

// maxForms bounds what is kept for one device: 8 GETs of 40 objects each. What is
// larger is written anew each time.
const maxForms = 8

// form returns the form of a GET, or nil when it has none.
func (s *session) form(oids []string) *form {
	if len(oids) == 0 || s.usm != nil && s.usm.codec == nil {
		return nil
	}
	key := &oids[0]
	f, ok := s.forms[key]
	if ok && len(f.names) == len(oids) && (s.usm == nil || f.engine == s.usm.lastEngine) {
		return f
	}
	if !ok && len(s.forms) >= maxForms {
		return nil
	}
	if f = s.newForm(oids); f != nil {
		s.forms[key] = f
	}
	return f
}

// newForm has the codec write the question.
func (s *session) newForm(oids []string) *form {
	objects := make([]gosnmp.SnmpPDU, len(oids))
	for i, oid := range oids {
		objects[i] = gosnmp.SnmpPDU{Name: oid, Type: gosnmp.Null}
	}
	codec := s.codec
	if codec == nil {
		codec = &gosnmp.GoSNMP{Version: gosnmp.Version2c}
	}
	p := codec.MkSnmpPacket(gosnmp.GetRequest, objects, 0, 0)
	p.RequestID = smallestID
	message, err := p.MarshalMsg()
	if err != nil {
		return nil
	}
	body, ok := expectOnly(message, tagSequence)
	_, body, ok1 := small(body)
	_, pdu, ok2 := expect(body, tagOctets)
	if !ok || !ok1 || !ok2 {
		return nil
	}
	f := &form{body: message}
	if s.usm != nil {
		f.body, f.engine = s.usm.sealer.scope(pdu), s.usm.lastEngine
	}
	f.id = len(f.body) - len(pdu) + headLen(len(pdu)-headLen(len(pdu))) + 2
	f.names = namesOf(pdu, len(oids))
	if f.names == nil || f.id+4 > len(f.body) || binary.BigEndian.Uint32(f.body[f.id:]) != smallestID {
		return nil
	}
	return f
}

// expectOnly is expect for a value that has nothing behind it.
func expectOnly(b []byte, tag byte) ([]byte, bool) {
	body, rest, ok := expect(b, tag)
	return body, ok && len(rest) == 0
}

// pduParts takes a PDU apart (RFC 3416 section 3).
func pduParts(pdu []byte) (id, status, index uint32, list []byte, ok bool) {
	if id, pdu, ok = small(pdu); !ok {
		return
	}
	if status, pdu, ok = small(pdu); !ok {
		return
	}
	if index, pdu, ok = small(pdu); !ok {
		return
	}
	list, ok = expectOnly(pdu, tagSequence)
	return
}

// namesOf returns the objects of an encoded request.
func namesOf(pdu []byte, n int) [][]byte {
	_, body, _, ok := next(pdu)
	if !ok {
		return nil
	}
	_, _, _, list, ok := pduParts(body)
	if !ok {
		return nil
	}
	names := make([][]byte, 0, n)
	for len(list) > 0 {
		var bind, name []byte
		if bind, list, ok = expect(list, tagSequence); !ok {
			return nil
		}
		if name, _, ok = expect(bind, tagObject); !ok {
			return nil
		}
		names = append(names, name)
	}
	if len(names) != n {
		return nil
	}
	return names
}

// fill reads the answer to a form. It reports false when the answer is not a plain
// one: another id, an error, another name or order, a value it does not know.
func (f *form) fill(pdu []byte, ids []uint32, values []value) bool {
	body, ok := expectOnly(pdu, tagResponse)
	if !ok {
		return false
	}
	id, status, _, list, ok := pduParts(body)
	if !ok || status != 0 || !slices.Contains(ids, id) {
		return false
	}
	for i, want := range f.names {
		bind, rest, ok := expect(list, tagSequence)
		if !ok {
			return false
		}
		name, bind, ok := expect(bind, tagObject)
		if !ok || !bytes.Equal(name, want) {
			return false
		}
		tag, body, after, ok := next(bind)
		if !ok || len(after) > 0 {
			return false
		}
		if values[i], ok = plainValue(tag, body); !ok {
			return false
		}
		list = rest
	}
	return len(list) == 0
}

// quickGet is a question by a form. An answer that fill does not take is read by
// the ordinary exchange.
type quickGet struct {
	form   *form
	values []value
	done   bool

	two   *exchange2c // one of them is set
	three *exchange3
}

// askForm asks a form. Without an error either done is set and the values are
// there, or the answer is in the ordinary exchange.
func (s *session) askForm(ctx context.Context, f *form, values []value) (*quickGet, error) {
	q := &quickGet{form: f, values: values}
	if s.usm != nil {
		q.three = &exchange3{s: s}
	} else {
		q.two = &exchange2c{s: s}
	}
	s.packets++
	return q, s.question(ctx, q)
}

func (q *quickGet) request() ([]byte, error) {
	if q.two != nil {
		id := q.two.s.nextID()
		q.two.ids = append(q.two.ids, id)
		binary.BigEndian.PutUint32(q.form.body[q.form.id:], id)
		return q.form.body, nil
	}
	id := q.three.s.nextID()
	q.three.ids = append(q.three.ids, id)
	binary.BigEndian.PutUint32(q.form.body[q.form.id:], id)
	u := q.three.s.usm
	boots, seconds := u.clock()
	return u.sealer.seal(q.form.body, true, id, boots, seconds), nil
}

func (q *quickGet) answer(b []byte) (bool, error) {
	if q.two != nil {
		if q.plain2c(b) {
			q.done = true
			return true, nil
		}
		return q.two.answer(b)
	}
	if q.plain3(b) {
		q.done = true
		return true, nil
	}
	return q.three.answer(b)
}

// result is the answer that was read the ordinary way.
func (q *quickGet) result() *gosnmp.SnmpPacket {
	if q.two != nil {
		return q.two.result
	}
	return q.three.result
}

// plain2c reads SEQUENCE { INTEGER 1, OCTET STRING community, PDU }.
func (q *quickGet) plain2c(b []byte) bool {
	body, ok := expectOnly(b, tagSequence)
	if !ok {
		return false
	}
	version, body, ok := small(body)
	if !ok || version != uint32(gosnmp.Version2c) {
		return false
	}
	_, pdu, ok := expect(body, tagOctets)
	return ok && q.form.fill(pdu, q.two.ids, q.values)
}

// plain3 reads an answer that is authentic and of the level that we ask with.
func (q *quickGet) plain3(b []byte) bool {
	u := q.three.s.usm
	m, ok := u.sealer.open(b)
	if !ok || string(m.context) != u.context || !slices.Contains(q.three.ids, m.id) || !q.form.fill(m.pdu, q.three.ids, q.values) {
		return false
	}
	u.hear(m.boots, m.seconds)
	return true
}
