package credentials

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a file.
const (
	MaxFile  = 1 << 20 // bytes
	maxUsers = 10_000
	maxText  = 128 // bytes of a name or a password
)

// Parse reads a file: comma-separated lines `username,password[,service]`, where
// service is PRESENCE (the default), OOD_REFER, or both as `BOTH` or with a
// blank between. Lines that begin with # are comments, and a first line that spells
// the names of the columns is skipped. The columns are ours: no source tells Cisco's.
// Errors name the line and never what stands there; the users come with tag.
func Parse(data []byte, tag int) ([]Entry, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("more than %d bytes", MaxFile)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // spreadsheets write it
	if !utf8.Valid(data) {
		return nil, errors.New("not a text file")
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace, r.ReuseRecord = '#', -1, true, true
	var users []Entry
	for first := true; ; first = false {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return users, nil
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, fmt.Errorf("line %d is no comma-separated text", bad.Line)
		}
		line, _ := r.FieldPos(0)
		e, why := entry(fields)
		switch {
		case first && e.header:
		case why != "":
			return nil, fmt.Errorf("line %d: %s", line, why)
		case len(users) == maxUsers:
			return nil, fmt.Errorf("more than %d users", maxUsers)
		default:
			e.File, e.line = tag, line
			users = append(users, e.Entry)
		}
	}
}

type record struct {
	Entry
	header bool
}

// entry takes one line apart; why says what is wrong with it.
func entry(fields []string) (e record, why string) {
	if len(fields) < 2 || len(fields) > 3 {
		return e, "not username,password[,service] but " + strconv.Itoa(len(fields)) + " columns"
	}
	e.Username, e.Password = strings.Clone(strings.TrimSpace(fields[0])), strings.Clone(strings.TrimSpace(fields[1]))
	e.header = strings.EqualFold(e.Username, "username") && strings.EqualFold(e.Password, "password")
	e.Service = Presence
	if len(fields) == 3 {
		e.Service = 0
		for _, word := range strings.Fields(fields[2]) {
			switch strings.ToUpper(word) {
			case "PRESENCE":
				e.Service |= Presence
			case "OOD_REFER":
				e.Service |= OODRefer
			case "BOTH":
				e.Service |= Presence | OODRefer
			default:
				return e, "unknown service"
			}
		}
		if e.Service == 0 {
			e.Service = Presence
		}
	}
	switch {
	case !printable(e.Username):
		return e, "no user name, or one that cannot be"
	case !printable(e.Password):
		return e, "no password, or one that cannot be"
	}
	return e, ""
}

// printable says that a name or password has 1 to maxText bytes and no control
// characters.
func printable(s string) bool {
	return s != "" && len(s) <= maxText && !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) })
}
