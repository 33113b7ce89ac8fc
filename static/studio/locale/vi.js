// Vietnamese: every sentence that static/studio/ has in English. `make sentences` adds what is new and puts it in order.

import { learn } from "../ui/translate.js";

learn({
  "A moderator hid this picture.": "Một người kiểm duyệt đã ẩn ảnh này.",
  "Cancel": "Hủy",
  "Change the address": "Đổi địa chỉ",
  "Delete": "Xóa",
  "Delete {title}": "Xóa {title}",
  "Delete “{title}”?": "Xóa “{title}”?",
  "E-mail address": "Địa chỉ e-mail",
  "Move its pictures to the trash too": "Chuyển cả ảnh của nó vào thùng rác",
  "New chat": "Cuộc trò chuyện mới",
  "New e-mail address": "Địa chỉ e-mail mới",
  "Rename": "Đổi tên",
  "Rename {title}": "Đổi tên {title}",
  "Show more": "Xem thêm",
  "The conversation cannot be brought back. Its pictures stay in your gallery.": "Cuộc trò chuyện sẽ không lấy lại được. Ảnh của nó vẫn ở trong thư viện của bạn.",
  "We have mailed a code to {email}. Until you have entered it, the old address counts.": "Chúng tôi đã gửi một mã tới {email}. Cho đến khi bạn nhập mã, địa chỉ cũ vẫn có hiệu lực.",
  "Your address is changed. We have told the old one, too.": "Địa chỉ của bạn đã được đổi. Chúng tôi cũng đã báo cho địa chỉ cũ.",
  "Your chats will be listed here.": "Các cuộc trò chuyện của bạn sẽ hiện ở đây.",
  "working": "đang làm",
});
