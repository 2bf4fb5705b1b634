/* SPDX-License-Identifier: Apache-2.0 */
#include "os/pass.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for one descriptor, aligned as the kernel wants it. */
union control {
	struct cmsghdr head;
	char data[CMSG_SPACE(sizeof(int))];
};

int
pass_pair(int ret_ends[2], struct err *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_ends) == -1)
		return err_sys(err, ERR_IO, "socketpair", errno);
	return 0;
}

int
pass_send(int end, int fd, struct err *err)
{
	union control control = { .data = { 0 } };
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.data,
		.msg_controllen = sizeof(control.data) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	if (sendmsg(end, &message, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
		return err_sys(err, ERR_IO, "sendmsg", errno);
	return 0;
}

int
pass_receive(int end)
{
	union control control;
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.data,
		.msg_controllen = sizeof(control.data) };
	const struct cmsghdr *head;
	ssize_t n;
	int fd;

	while ((n = recvmsg(end, &message, MSG_CMSG_CLOEXEC)) == -1 && errno == EINTR)
		continue;
	head = n == 1 ? CMSG_FIRSTHDR(&message) : NULL;
	if (head == NULL || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS ||
	    head->cmsg_len != CMSG_LEN(sizeof(int)))
		return -1;
	memcpy(&fd, CMSG_DATA(head), sizeof(int));
	return fd;
}
