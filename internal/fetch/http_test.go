package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
)

// A file that the server calls the same is not sent again; the limit of its size holds
// for one that is.
func TestConditional(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		ln, err := n.Listen(netip.MustParseAddrPort("10.0.0.7:80"))
		if err != nil {
			t.Fatal(err)
		}
		etag, changed, text := `"one"`, time.Now().Add(-time.Hour), "a,1"
		var asked []string
		srv := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.Header.Get("If-None-Match")+" "+r.Header.Get("If-Modified-Since"))
			if etag != "" {
				w.Header().Set("ETag", etag)
			}
			w.Header().Set("Last-Modified", changed.UTC().Format(http.TimeFormat))
			if m := r.Header.Get("If-None-Match"); m != "" && m == etag || m == "" && r.Header.Get("If-Modified-Since") == changed.UTC().Format(http.TimeFormat) {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = w.Write([]byte(text))
		})}
		go func() { _ = srv.Serve(ln) }()
		defer srv.Close()
		f := New(Options{Net: n, Flash: noFlash{}, Limit: 10})
		version := ""
		step := func(what, want string) {
			t.Helper()
			data, v, same, err := f.FetchAgain(t.Context(), "http://10.0.0.7/c", version)
			got := fmt.Sprintf("%s %t", data, same)
			if err != nil {
				got = err.Error()
			} else {
				version = v
			}
			if got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		step("first", "a,1 false")
		step("the same", " true")
		step("and again", " true")
		etag, text = `"two"`, "a,2"
		step("another", "a,2 false")
		etag, text = "", "a,3"
		changed = changed.Add(time.Minute)
		step("by time", "a,3 false")
		step("by time, the same", " true")
		changed = time.Now()
		text = "a,4"
		step("it may change in this second", "a,4 false")
		if version != "" {
			t.Errorf("version %q", version)
		}
		text = "a,5"
		step("so it is asked for whole", "a,5 false")
		etag, text = `"big"`, "12345678901"
		step("too large", ErrTooLarge.Error())
		if asked[0] != " " || asked[1] == " " || asked[len(asked)-2] != " " {
			t.Errorf("asked %q", asked)
		}
	})
}

// 304 to a request without a condition is no file.
func TestUnasked304(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		ln, err := n.Listen(netip.MustParseAddrPort("10.0.0.7:80"))
		if err != nil {
			t.Fatal(err)
		}
		srv := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) })}
		go func() { _ = srv.Serve(ln) }()
		defer srv.Close()
		data, err := New(Options{Net: n, Flash: noFlash{}, Limit: 10}).Fetch(t.Context(), "http://10.0.0.7/c")
		if err == nil || data != nil || errors.Is(err, ErrTooLarge) {
			t.Errorf("%q, %v", data, err)
		}
	})
}
