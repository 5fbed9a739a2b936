package config

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/slamon/slamon/check"
)

// callKeys are the keys of a grpc table that makes a call.
type callKeys struct {
	Method         field[string] `toml:"method"`
	Request        field[string] `toml:"request"`
	DescriptorFile field[string] `toml:"descriptor_file"`
	Code           field[string] `toml:"code"`
	MaxMessage     field[bytes]  `toml:"max_message"`
	jsonKeys
}

// maxDescriptorFile bounds a descriptor set: those of the largest public interfaces
// have some megabytes.
const maxDescriptorFile = 16 << 20

var grpcMethod = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*\.)*[A-Za-z_][A-Za-z0-9_]*/[A-Za-z_][A-Za-z0-9_]*$`)

// grpcCodes are the status codes as the specification writes them.
var grpcCodes = []string{
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}

// call reads what a grpc table calls; nil when it asks the health service.
func (r *reader) call(f *grpcFile) *check.GRPCCall {
	if !f.Method.set {
		for key, at := range map[string]place{"request": f.Request.at, "descriptor_file": f.DescriptorFile.at, "code": f.Code.at, "max_message": f.MaxMessage.at} {
			if at != 0 {
				r.complain(at, `method = "package.Service/Method"`, "%s needs a method to call: without one the health service is asked", key)
			}
		}
		if list := slices.Concat(f.JSONEqual, f.JSONMatch, f.JSONNotMatch, f.JSONMin, f.JSONMax); len(list) > 0 {
			r.complain(list[0].at, `method = "package.Service/Method"`, "values of an answer need a method to call: without one the health service is asked")
		}
		return nil
	}
	c := &check.GRPCCall{
		Method:     f.Method.v,
		Request:    f.Request.v,
		Code:       r.oneOf(f.Code, "code", "OK", grpcCodes...),
		JSONMatch:  r.jsonMatches(&f.jsonKeys, newScope()),
		MaxMessage: r.sized(f.MaxMessage, "max_message", 1, maxMaxBody, defaultMaxBody),
	}
	if f.Method.ok && !grpcMethod.MatchString(f.Method.v) {
		r.complain(f.Method.at, `method = "package.Service/Method"`, "method %s: want service and method with a slash between them", quote(f.Method.v))
	}
	if f.Service.or("") != "" {
		r.complain(f.Service.at, "take out service or method", "service is what the health service is asked for: it has no use with a method")
	}
	if f.Request.or("") != "" && !json.Valid([]byte(f.Request.v)) {
		r.complain(f.Request.at, `request = '{"room":"r-1"}'`, "request is not JSON")
	}
	if c.Code != "OK" && len(c.JSONMatch) > 0 {
		r.complain(f.Code.at, "take out the code, or what is expected of the answer", "with code %s there is no answer to look at", c.Code)
	}
	if name := f.DescriptorFile.or(""); name != "" {
		data, _, err := readFile(r.file(name), maxDescriptorFile)
		if err != nil {
			r.complain(f.DescriptorFile.at, "protoc --include_imports --descriptor_set_out=FILE, or leave it out for the server's reflection", "descriptor_file: %s", err)
		}
		c.Descriptors = data
		c.From = r.file(name)
	}
	return c
}

func (d *dumper) call(c *check.GRPCCall) {
	if c == nil {
		return
	}
	d.text("method", c.Method)
	d.text("request", c.Request)
	d.text("descriptor_file", c.From)
	if !strings.EqualFold(c.Code, "OK") {
		d.text("code", c.Code)
	}
	d.raw("max_message", tomlText(FormatSize(c.MaxMessage)))
	d.jsonMatches(c.JSONMatch)
}
