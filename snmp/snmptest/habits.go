package snmptest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gosnmp/gosnmp"
)

// Packet is a message as the codec knows it.
type Packet = gosnmp.SnmpPacket

type encoder = func(*gosnmp.SnmpPacket) []byte

// Silent answers nothing.
func Silent(_, _ *gosnmp.SnmpPacket, _ encoder) [][]byte { return nil }

// WrongID answers with another request's id.
func WrongID(_, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
	answer.RequestID += 1000
	answer.MsgID += 1000
	return [][]byte{encode(answer)}
}

// ZeroID answers with the id 0, which agents use when they could not read the question.
func ZeroID(_, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
	answer.RequestID = 0
	return [][]byte{encode(answer)}
}

// Truncated cuts its answers in the middle.
func Truncated(_, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
	b := encode(answer)
	return [][]byte{b[:len(b)/2]}
}

// Noise answers with bytes that are not SNMP.
func Noise(_, _ *gosnmp.SnmpPacket, _ encoder) [][]byte {
	return [][]byte{{}, {0x30}, {0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, []byte("HTTP/1.0 400 Bad Request\r\n")}
}

// Flood sends garbage without end, and never an answer.
func Flood(_, _ *gosnmp.SnmpPacket, _ encoder) [][]byte {
	out := make([][]byte, 2000)
	for i := range out {
		out[i] = []byte{0x30, 0x00}
	}
	return out
}

// Twice sends every answer two times.
func Twice(_, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
	return [][]byte{encode(answer), encode(answer)}
}

// LateFirst keeps the first answer back and sends it before the second.
func LateFirst() Habit {
	var kept []byte
	return func(_, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
		if kept == nil {
			kept = encode(answer)
			return nil
		}
		return [][]byte{kept, encode(answer)}
	}
}

// Endless answers every walk with one more object below the one that was asked.
func Endless(request, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
	if request.PDUType == gosnmp.GetRequest {
		return [][]byte{encode(answer)}
	}
	answer.Variables = nil
	name := request.Variables[0].Name
	for range max(1, request.MaxRepetitions) {
		name = following(name)
		answer.Variables = append(answer.Variables, gosnmp.SnmpPDU{Name: name, Type: gosnmp.OctetString, Value: "more"})
	}
	return [][]byte{encode(answer)}
}

// following goes one level down from a column, and then counts the last number up.
func following(name string) string {
	const column = 12 // parts of a name that is taken for a row
	dot := strings.LastIndexByte(name, '.')
	n, err := strconv.ParseUint(name[dot+1:], 10, 32)
	if strings.Count(name, ".") < column || err != nil {
		return name + ".1"
	}
	return name[:dot+1] + strconv.FormatUint(n+1, 10)
}

// Backwards answers walks with objects that do not increase.
func Backwards(request, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
	if request.PDUType != gosnmp.GetRequest {
		slices.Reverse(answer.Variables)
	}
	return [][]byte{encode(answer)}
}

// Stuck answers walks with the object that was asked.
func Stuck(request, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
	if request.PDUType != gosnmp.GetRequest {
		answer.Variables = []gosnmp.SnmpPDU{{Name: request.Variables[0].Name, Type: gosnmp.Integer, Value: 1}}
	}
	return [][]byte{encode(answer)}
}

// NoBulk fails at GETBULK.
func NoBulk(request, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
	if request.PDUType == gosnmp.GetBulkRequest {
		answer.Error, answer.Variables = gosnmp.GenErr, request.Variables
	}
	return [][]byte{encode(answer)}
}

// TooBig refuses more than so many objects at once.
func TooBig(most int) Habit {
	return func(request, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
		if len(request.Variables) > most {
			answer.Error, answer.Variables = gosnmp.TooBig, nil
		}
		return [][]byte{encode(answer)}
	}
}

// Drops says nothing to more than so many objects at once.
func Drops(most int) Habit {
	return func(request, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
		if len(request.Variables) > most {
			return nil
		}
		return [][]byte{encode(answer)}
	}
}

// Fails answers a whole GET with genErr when it asks for one object.
func Fails(oid string) Habit {
	return func(request, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
		for i, v := range request.Variables {
			if v.Name == oid && request.PDUType == gosnmp.GetRequest {
				answer.Error, answer.ErrorIndex, answer.Variables = gosnmp.GenErr, uint8(i+1), request.Variables
			}
		}
		return [][]byte{encode(answer)}
	}
}

// OtherNames answers with values of objects that were not asked for.
func OtherNames(_, answer *gosnmp.SnmpPacket, encode encoder) [][]byte {
	for i := range answer.Variables {
		answer.Variables[i].Name += ".77"
	}
	return [][]byte{encode(answer)}
}
