package provision

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/busylamp/busylamp/phones"
)

// The objects that Cisco phones display (Cisco Unified IP Phone Services).
type (
	menu struct {
		XMLName xml.Name `xml:"CiscoIPPhoneMenu"`
		Title   string
		Prompt  string
		Items   []menuItem `xml:"MenuItem"`
	}
	menuItem struct{ Name, URL string }
	input    struct {
		XMLName xml.Name `xml:"CiscoIPPhoneInput"`
		Title   string
		Prompt  string
		URL     string
		Items   []inputItem `xml:"InputItem"`
	}
	inputItem struct {
		DisplayName      string
		QueryStringParam string
		DefaultValue     string
		InputFlags       string // A: text, N: digits, AP: hidden text, NP: hidden digits
	}
	text struct {
		XMLName xml.Name `xml:"CiscoIPPhoneText"`
		Title   string
		Prompt  string
		Text    string
	}
	directory struct {
		XMLName xml.Name `xml:"CiscoIPPhoneDirectory"`
		Title   string
		Prompt  string
		Entries []entry   `xml:"DirectoryEntry"`
		Keys    []softKey `xml:"SoftKeyItem,omitempty"`
	}
	entry   struct{ Name, Telephone string }
	softKey struct {
		Name     string
		URL      string
		Position int
	}
)

func write(w http.ResponseWriter, page any) {
	w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	b, err := xml.Marshal(page)
	if err != nil { // strings and ints always marshal
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(append([]byte(xml.Header), b...))
}

// phone is the registered phone that asks.
func (s *Server) phone(r *http.Request) (phones.Device, string, bool) {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	name := strings.ToUpper(r.FormValue("name"))
	if err != nil || len(name) > 32 {
		return phones.Device{}, "", false
	}
	d, ok := s.o.Device(from.Addr().Unmap(), name)
	return d, name, ok
}

func (s *Server) link(r *http.Request, path string, query url.Values) string {
	u := url.URL{Scheme: "http", Host: r.Host, Path: path, RawQuery: query.Encode()}
	return u.String()
}

const (
	titleMobility  = "Extension Mobility"
	titleFastDials = "Personal Speed Dials"
	titleDirectory = "Local Directory"
	pathFastDials  = "/CMEserverForPhone/fastdial"
	pathMobility   = "/CMEserverForPhone/em"
	pathDirectory  = "/localdirectory"
)

// named is the query by which a phone says its name, as it did.
func named(name string) url.Values {
	q := url.Values{}
	if name != "" {
		q.Set("name", name)
	}
	return q
}

// services is the menu behind the Services button; Extension Mobility is its last entry.
func (s *Server) services(w http.ResponseWriter, r *http.Request) {
	m := menu{Title: "Services", Prompt: "Please select a service", Items: []menuItem{
		{titleDirectory, s.link(r, pathDirectory, nil)},
	}}
	if d, name, ok := s.phone(r); ok {
		if len(s.fastDials(d)) > 0 {
			m.Items = append(m.Items, menuItem{titleFastDials, s.link(r, pathFastDials, named(name))})
		}
		if s.o.Mobility.Enabled(d) {
			m.Items = append(m.Items, menuItem{titleMobility, s.link(r, pathMobility, named(name))})
		}
	}
	write(w, m)
}

// fastDials are the personal speed dials of a phone (CME command reference: fastdial).
func (s *Server) fastDials(d phones.Device) []phones.FastDial {
	cfg := &s.config.Load().Phones
	switch d.Kind {
	case phones.EphoneDevice:
		for i := range cfg.Ephones {
			if cfg.Ephones[i].Tag == d.Tag {
				return cfg.Ephones[i].FastDials
			}
		}
	case phones.PoolDevice:
		for i := range cfg.Pools {
			if cfg.Pools[i].Tag == d.Tag {
				return cfg.Pools[i].FastDials
			}
		}
	}
	return nil
}

// fastDial is the menu of a phone's personal speed dials.
func (s *Server) fastDial(w http.ResponseWriter, r *http.Request) {
	var all []entry
	if d, _, ok := s.phone(r); ok {
		for _, f := range s.fastDials(d) {
			all = append(all, entry{cmp.Or(f.Name, f.Number), f.Number})
		}
	}
	s.list(w, r, titleFastDials, all)
}

// mobility is the login page, or the logout page while somebody is logged in.
func (s *Server) mobility(w http.ResponseWriter, r *http.Request) {
	d, name, ok := s.phone(r)
	if !ok || !s.o.Mobility.Enabled(d) {
		write(w, text{Title: titleMobility, Prompt: "Not available", Text: "This phone is not enabled for Extension Mobility"})
		return
	}
	q, user, login := named(name), r.FormValue("user"), s.o.Mobility.Profile(d)
	switch {
	case r.FormValue("logout") == "1":
		if err := s.o.Mobility.Logout(d); err != nil {
			write(w, text{Title: titleMobility, Prompt: "Logout failed", Text: "Nobody is logged in"})
			return
		}
		write(w, text{Title: titleMobility, Prompt: "Logout", Text: "Logout successful"})
	case login != nil:
		q.Set("logout", "1")
		write(w, menu{Title: titleMobility, Prompt: "Logged in as " + login.User,
			Items: []menuItem{{"Logout", s.link(r, r.URL.Path, q)}}})
	case user == "":
		write(w, input{Title: titleMobility, Prompt: "Enter user name and password", URL: s.link(r, r.URL.Path, q), Items: []inputItem{
			{DisplayName: "User Name", QueryStringParam: "user", InputFlags: "A"},
			{DisplayName: "Password", QueryStringParam: "password", InputFlags: "AP"},
		}})
	default:
		write(w, s.login(d, r, user))
	}
}

func (s *Server) login(d phones.Device, r *http.Request, user string) text {
	from, _ := netip.ParseAddrPort(r.RemoteAddr)
	refused := text{Title: titleMobility, Prompt: "Login failed", Text: "Wrong user name or password"}
	if !s.failures.allow(from.Addr(), time.Now()) {
		refused.Text = "Too many attempts, try again later"
		return refused
	}
	if err := s.o.Mobility.Login(d, user, r.FormValue("password")); err != nil {
		s.failures.add(from.Addr(), time.Now())
		return refused
	}
	return text{Title: titleMobility, Prompt: "Login", Text: "Login successful"}
}

// search asks for whom to look.
func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	write(w, input{Title: titleDirectory, Prompt: "Enter search criteria", URL: s.link(r, pathDirectory+"/query", nil), Items: []inputItem{
		{DisplayName: "Last Name", QueryStringParam: "last", InputFlags: "A"},
		{DisplayName: "First Name", QueryStringParam: "first", InputFlags: "A"},
		{DisplayName: "Number", QueryStringParam: "num", InputFlags: "N"},
	}})
}

// query lists who fits.
func (s *Server) query(w http.ResponseWriter, r *http.Request) {
	last, first, number := fold(r.FormValue("last")), fold(r.FormValue("first")), r.FormValue("num")
	var found []entry
	cfg := s.config.Load().Phones
	for _, e := range names(cfg) {
		given, family := split(e.Name, cfg.Telephony.LastNameFirst)
		if strings.HasPrefix(fold(family), last) && strings.HasPrefix(fold(given), first) && strings.HasPrefix(e.Telephone, number) {
			found = append(found, e)
		}
	}
	s.list(w, r, titleDirectory, found)
}

// list shows entries, pageEntries at a time.
func (s *Server) list(w http.ResponseWriter, r *http.Request, title string, found []entry) {
	start, _ := strconv.Atoi(r.FormValue("start"))
	if start < 0 || start >= len(found) {
		start = 0
	}
	end := min(start+pageEntries, len(found))
	d := directory{Title: title, Prompt: "No records found", Entries: found[start:end]}
	if len(found) > 0 {
		d.Prompt = fmt.Sprintf("Record %d to %d of %d", start+1, end, len(found))
	}
	if end < len(found) {
		q := r.URL.Query()
		q.Set("start", strconv.Itoa(end))
		d.Keys = []softKey{{"Dial", "SoftKey:Dial", 1}, {"Exit", "SoftKey:Exit", 2}, {"Next", s.link(r, r.URL.Path, q), 3}}
	}
	write(w, d)
}

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// split takes a name apart by the order of `directory`.
func split(name string, lastFirst bool) (given, family string) {
	a, b, _ := strings.Cut(strings.TrimSpace(name), " ")
	if b == "" {
		return a, a
	}
	if lastFirst {
		return b, a
	}
	return a, b
}

// names are the entries of the local directory: named directory numbers and
// `directory entry` lines, each number and name once, sorted by name.
func names(c phones.Config) []entry {
	var all []entry
	add := func(name, number string) {
		if name != "" && number != "" {
			all = append(all, entry{name, number})
		}
	}
	for _, d := range c.EphoneDNs {
		add(d.Name, d.Number)
	}
	for _, d := range c.DNs {
		add(d.Name, d.Number)
	}
	for _, e := range c.Telephony.Directory {
		add(e.Name, e.Number)
	}
	slices.SortFunc(all, func(a, b entry) int {
		if c := strings.Compare(fold(a.Name), fold(b.Name)); c != 0 {
			return c
		}
		return strings.Compare(a.Telephone, b.Telephone)
	})
	return slices.Compact(all)
}

// failures counts wrong passwords by address, at most maxFailed in a minute.
type failures struct {
	mu    sync.Mutex
	since time.Time
	count map[netip.Addr]int
}

const (
	maxFailed  = 10
	maxSources = 1024 // addresses remembered; beyond it everybody waits for the next minute
)

func (f *failures) allow(a netip.Addr, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.since) >= time.Minute {
		f.since, f.count = now, map[netip.Addr]int{}
	}
	return f.count[a] < maxFailed && (len(f.count) < maxSources || f.count[a] > 0)
}

func (f *failures) add(a netip.Addr, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count == nil {
		f.since, f.count = now, map[netip.Addr]int{}
	}
	f.count[a]++
}
