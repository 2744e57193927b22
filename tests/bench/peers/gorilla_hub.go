// SPDX-License-Identifier: GPL-3.0-or-later

// The hub of the fan-out benchmark with gorilla/websocket: its chat example, with prepared messages. Commands come on stdin, see
// fanout_load.cpp.
package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"github.com/gorilla/websocket"
)

const (
	pongWait   = 60 * time.Second
	pingPeriod = 54 * time.Second
	writeWait  = 10 * time.Second
)

var upgrader = websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024}

type client struct {
	conn *websocket.Conn
	send chan *websocket.PreparedMessage
}

type hub struct {
	clients              map[*client]bool
	register, unregister chan *client
	broadcast            chan *websocket.PreparedMessage
}

func (h *hub) run() {
	for {
		select {
		case c := <-h.register:
			h.clients[c] = true
		case c := <-h.unregister:
			if h.clients[c] {
				delete(h.clients, c)
				close(c.send)
			}
		case message := <-h.broadcast:
			for c := range h.clients {
				select {
				case c.send <- message:
				default:
					delete(h.clients, c)
					close(c.send)
				}
			}
		}
	}
}

func (c *client) read(h *hub) {
	defer func() {
		h.unregister <- c
		c.conn.Close()
	}()
	c.conn.SetReadLimit(65536)
	c.conn.SetReadDeadline(time.Now().Add(pongWait))
	c.conn.SetPongHandler(func(string) error { return c.conn.SetReadDeadline(time.Now().Add(pongWait)) })
	for {
		if _, _, err := c.conn.ReadMessage(); err != nil {
			return
		}
	}
}

func (c *client) write() {
	ticker := time.NewTicker(pingPeriod)
	defer func() {
		ticker.Stop()
		c.conn.Close()
	}()
	for {
		select {
		case message, open := <-c.send:
			c.conn.SetWriteDeadline(time.Now().Add(writeWait))
			if !open {
				c.conn.WriteMessage(websocket.CloseMessage, nil)
				return
			}
			if c.conn.WritePreparedMessage(message) != nil {
				return
			}
		case <-ticker.C:
			c.conn.SetWriteDeadline(time.Now().Add(writeWait))
			if c.conn.WriteMessage(websocket.PingMessage, nil) != nil {
				return
			}
		}
	}
}

// The clock that the load client reads, too.
func monotonicNs() int64 {
	var now syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

func prepared(size int) *websocket.PreparedMessage {
	text := fmt.Sprintf(`{"type":"block.mined","channel":"blocks","sentNs":%d,"data":"`, monotonicNs())
	if padding := size - 2 - len(text); padding > 0 {
		text += strings.Repeat("x", padding)
	}
	message, err := websocket.NewPreparedMessage(websocket.TextMessage, []byte(text+`"}`))
	if err != nil {
		panic(err)
	}
	return message
}

func main() {
	h := &hub{map[*client]bool{}, make(chan *client), make(chan *client), make(chan *websocket.PreparedMessage)}
	go h.run()
	http.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		c := &client{conn, make(chan *websocket.PreparedMessage, 256)}
		h.register <- c
		go c.write()
		go c.read(h)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	go http.Serve(listener, nil)

	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		var count, intervalMs, size int
		fmt.Sscan(commands.Text(), &count, &intervalMs, &size)
		go func() {
			start := time.Now()
			for i := 0; i < count; i++ {
				time.Sleep(time.Until(start.Add(time.Duration(i*intervalMs) * time.Millisecond)))
				h.broadcast <- prepared(size)
			}
		}()
	}
}
